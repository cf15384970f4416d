import type { IncomingMessage } from 'node:http'
import { isOwnOrigin } from '../edge/own-origin.ts'

/** Whether the caller speaks TLS to whatever stands in front. Callers can write the header too, so nobody is believed without a proxy of ours. */
export function cameByHttps({ headers }: Pick<IncomingMessage, 'headers'>, trustedHops: number): boolean {
  if (trustedHops === 0) return false
  const told = [headers['x-forwarded-proto'] ?? '']
    .flat()
    .join()
    .split(',')
    .map((one) => one.trim())
  // A proxy may replace what was there instead of adding to it.
  return (told.at(-trustedHops) ?? told[0]) === 'https'
}

/**
 * From which pages a request comes, as browsers say and pages cannot change:
 * `own`, of the address that is asked; `foreign`, of any other; `unknown`, where nothing is said, as by programs.
 */
export type Provenance = 'own' | 'foreign' | 'unknown'

export function provenanceOf(
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  isSecure: boolean,
): Provenance {
  const isRead = method === 'GET' || method === 'HEAD'
  const site = headers['sec-fetch-site']
  if (site !== undefined) {
    // `none`: typed or a bookmark. Nothing that changes something begins that way.
    if (site === 'same-origin' || (site === 'none' && isRead)) return 'own'
    return 'foreign'
  }
  // Browsers say the above to https and localhost alone. Elsewhere SameSite=Strict guards what only reads.
  if (headers.origin === undefined) return isRead ? 'own' : 'unknown'
  return isOwnOrigin(headers, isSecure) ? 'own' : 'foreign'
}
