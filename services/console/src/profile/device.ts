const browsers = [
  ['Edge', /\bEdg/],
  ['Firefox', /\bFirefox\//],
  ['Chrome', /\bChrome\//],
  ['Safari', /\bSafari\//],
  ['curl', /^curl\//],
] as const
const systems = [
  ['Android', /Android/],
  ['iOS', /iPhone|iPad/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X/],
  ['Linux', /Linux/],
] as const

/** A device as people call it: "Firefox, Linux". Undefined where nothing was told; what nobody knows is told as it is. */
export function deviceOf(userAgent: string | null): string | undefined {
  if (!userAgent) return undefined
  const names = [browsers, systems].flatMap(
    (kind) => kind.find(([, form]) => form.test(userAgent))?.[0] ?? [],
  )
  return names.length > 0 ? names.join(', ') : userAgent.slice(0, 60)
}
