import { forbidden } from '@alta/kit/errors'

/**
 * Browsers say from which page a WebSocket is opened and ask nobody whether it may be, as they do for other requests
 * across origins. Programs say nothing; they have nothing that another page could use.
 * @param allowed origins beside the one that the caller itself asks
 * @throws {Problem} 403 `origin_not_allowed`
 */
export function checkOrigin(
  { origin, host }: { origin?: string | undefined; host?: string | undefined },
  allowed: ReadonlySet<string>,
): void {
  if (origin === undefined || allowed.has(origin)) return
  // `null`, of sandboxed pages, is no URL.
  if (URL.canParse(origin) && new URL(origin).host === host) return
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
