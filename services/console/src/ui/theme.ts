export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const CHOSEN = 'alta.theme'

const isTheme = (word: string | null): word is Theme => themes.some((each) => each === word)

/** What somebody has chosen in this browser; as the system otherwise. */
export function currentTheme(): Theme {
  const chosen = localStorage.getItem(CHOSEN)
  return isTheme(chosen) ? chosen : 'system'
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(CHOSEN, theme)
  startTheme()
}

/** Before anything is drawn, so that nothing flashes. */
export function startTheme(): void {
  const theme = currentTheme()
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}
