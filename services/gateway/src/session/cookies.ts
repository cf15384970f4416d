const DAY = 86_400

/**
 * What a session of the console is kept in. Scripts see none of them, other sites send none of them, and only where one
 * is of use does a browser send it at all.
 */
const kinds = {
  access: { name: 'alta-access', path: '/api', form: /^[\w-]+(?:\.[\w-]+){2}$/ },
  refresh: { name: 'alta-refresh', path: '/api/v1/session', form: /^[\w-]{1,200}$/ },
  device: { name: 'alta-device', path: '/api/v1/session', form: /^[\w-]{1,200}$/ },
} as const

export type CookieKind = keyof typeof kinds
export type CookieValues = Partial<Record<CookieKind, string>>

/** Without use for so long one has to sign in again; identity ends sessions by its own clock besides. */
export const REFRESH_SECONDS = 30 * DAY
export const DEVICE_SECONDS = 365 * DAY

/** Browsers take a cookie of that prefix by https alone, so that no one between them and http can plant one. */
const nameOf = (kind: CookieKind, isSecure: boolean): string =>
  `${isSecure ? '__Secure-' : ''}${kinds[kind].name}`

/** @param seconds 0 removes it */
export function cookieOf(
  kind: CookieKind,
  value: string,
  { seconds, isSecure }: { seconds: number; isSecure: boolean },
): string {
  const name = nameOf(kind, isSecure)
  return `${name}=${value}; Path=${kinds[kind].path}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
}

const allNames = new Set(
  (Object.keys(kinds) as CookieKind[]).flatMap((kind) => [nameOf(kind, false), nameOf(kind, true)]),
)

/**
 * Takes our cookies out of a header. Of two with one name nobody can tell which was set here: a neighbour's host may
 * set cookies for ours as well. So neither counts.
 * @returns ours that have the form of what they are, and the header without any of ours
 */
export function splitCookies(
  header: string,
  isSecure: boolean,
): { values: CookieValues; others: string | undefined } {
  const pairs = header.split(';').map((pair) => pair.trim())
  const named = pairs.map((pair) => ({ pair, name: pair.split('=', 1)[0]?.trim() ?? '' }))
  const values: CookieValues = {}
  for (const kind of Object.keys(kinds) as CookieKind[]) {
    const found = named.filter(({ name }) => name === nameOf(kind, isSecure))
    const value = found[0]?.pair.slice(found[0].pair.indexOf('=') + 1).trim() ?? ''
    if (found.length === 1 && kinds[kind].form.test(value)) values[kind] = value
  }
  const others = named.filter(({ pair, name }) => pair !== '' && !allNames.has(name)).map(({ pair }) => pair)
  return { values, others: others.length > 0 ? others.join('; ') : undefined }
}
