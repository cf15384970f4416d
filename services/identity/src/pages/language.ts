export const languages = ['en', 'fr'] as const
export type Language = (typeof languages)[number]

/**
 * The first of our languages that somebody wants.
 * @param wanted an Accept-Language header, or the language tags of `ui_locales`
 */
export function languageOf(wanted: string | undefined): Language {
  const tags = (wanted ?? '')
    .split(/[\s,]+/)
    .map((tag) => tag.split(/[-;]/)[0]?.toLowerCase())
    .slice(0, 50)
  return (
    languages.find((language) => language === tags.find((tag) => languages.some((one) => one === tag))) ??
    'en'
  )
}
