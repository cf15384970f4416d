import type { IncomingHttpHeaders } from 'node:http'
import { forbidden } from '@alta/kit/errors'
import { isOwnOrigin } from '../edge/own-origin.ts'

/**
 * Browsers say from which page a WebSocket is opened and ask nobody whether it may be, as they do for other requests
 * across origins. Programs say nothing; they have nothing that another page could use.
 * @param allowed origins beside the one that the caller itself asks
 * @throws {Problem} 403 `origin_not_allowed`
 */
export function checkOrigin(
  headers: Pick<IncomingHttpHeaders, 'origin' | 'host'>,
  allowed: ReadonlySet<string>,
): void {
  const { origin } = headers
  if (origin === undefined || allowed.has(origin) || isOwnOrigin(headers, false)) return
  throw forbidden('origin_not_allowed', 'Live updates are not for pages of this origin.')
}

/** @param text origins with commas between them */
export const readOrigins = (text: string): ReadonlySet<string> =>
  new Set(
    text
      .split(',')
      .map((origin) => origin.trim())
      .filter(Boolean),
  )
