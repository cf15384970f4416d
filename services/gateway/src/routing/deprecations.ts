import { gone } from '@alta/kit/errors'

/** That a route is on its way out. */
export interface Deprecation {
  /** From when on nobody should begin to use it. */
  readonly since: Date
  /** From when on it answers 410. */
  readonly sunset?: Date
  /** Page that says what to do. */
  readonly link?: string
}

/**
 * Routes on their way out, as `GET /api/v1/things/{id}`: the one thing about a route that its service does not say.
 * One that no service has (any more) stops the start.
 */
export const deprecations: Readonly<Record<string, Deprecation>> = {}

/**
 * What a caller is told: `Deprecation` (RFC 9745), `Sunset` (RFC 8594), and where to read on.
 * @throws {Problem} 410 `route_gone` once its time is over
 */
export function deprecationHeaders(
  { since, sunset, link }: Deprecation,
  now = new Date(),
): Readonly<Record<string, string>> {
  const headers = {
    deprecation: `@${Math.floor(since.getTime() / 1000)}`,
    ...(sunset ? { sunset: sunset.toUTCString() } : {}),
    ...(link ? { link: `<${link}>; rel="deprecation"` } : {}),
  }
  if (sunset && now >= sunset) {
    throw gone('route_gone', `This address has ended on ${sunset.toUTCString()}.`, { headers })
  }
  return headers
}
