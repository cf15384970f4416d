import { createHash, timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'
import { unauthorized } from '../errors.ts'

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/**
 * Lets only this service's sidecar in: it sends APP_API_TOKEN in `dapr-api-token` and replaces
 * whatever the caller sent there. Health and metrics are mounted in front of this.
 */
export function requireAppToken(token: string): RequestHandler {
  // Digests are of one length, which timingSafeEqual needs and which hides the token's.
  const expected = digest(token)
  return (request, _response, next) => {
    const shown = request.get('dapr-api-token') ?? ''
    if (timingSafeEqual(digest(shown), expected)) next()
    else {
      next(
        unauthorized('app_token_required', 'Call this service through its sidecar.', {
          note: `a call to ${request.path.slice(0, 200)} came from ${request.socket.remoteAddress} without the app token`,
        }),
      )
    }
  }
}
