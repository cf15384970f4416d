import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether the page that asks is of the address that it asks.
 * @param isSecure whether the caller speaks TLS; one who does is not taken for a page without
 */
export function isOwnOrigin(
  { origin, host }: Pick<IncomingHttpHeaders, 'origin' | 'host'>,
  isSecure: boolean,
): boolean {
  // `null`, of sandboxed pages, is no URL.
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false
  const { host: named, protocol } = new URL(origin)
  return named === host.toLowerCase() && (protocol === 'https:' || !isSecure)
}
