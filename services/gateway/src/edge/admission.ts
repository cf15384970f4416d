import type { Principal } from '@alta/kit/auth/principal'
import { bearerToken, type TokenVerifier } from '@alta/kit/auth/tokens'
import { Problem, unauthorized } from '@alta/kit/errors'
import { networkOf } from '@alta/kit/http/network'
import { currentContext } from '@alta/kit/http/request-context'
import type { RouteEntry } from '../routing/route-entry.ts'
import { type ApiKeys, isApiKey } from './api-keys.ts'

/**
 * Turns callers without a valid token away at the edge, where a route needs one. Which routes do is read
 * from the services' own documents, so that there is no second list to forget. The service checks
 * the token again: this saves it the work, it does not replace it.
 */
export function admission(options: { verify: TokenVerifier; keys: ApiKeys }) {
  /** A token of a key that is refused may be of before other roles: the key itself decides. */
  async function byKey(key: string): Promise<Principal> {
    const network = networkOf(currentContext()?.clientAddress ?? '')
    const token = await options.keys.tokenFor(key, network)
    try {
      return await options.verify(token)
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'session_ended') throw error
      options.keys.forget(key, token)
      return options.verify(await options.keys.tokenFor(key, network))
    }
  }

  /**
   * @returns of a caller with a key: another token, for when a service has heard before this process that the present
   *   one has ended
   * @throws {Problem} 401 `unauthenticated`
   */
  return async (
    { policy }: RouteEntry,
    authorization: string | undefined,
  ): Promise<(() => Promise<string>) | undefined> => {
    if (policy === 'anyone') return undefined
    const token = bearerToken(authorization)
    if (!token) {
      throw unauthorized(
        'unauthenticated',
        'Sign in first: send a valid access token as "Authorization: Bearer …".',
      )
    }
    const principal = isApiKey(token) ? await byKey(token) : await options.verify(token)
    const context = currentContext()
    if (context) context.principal = principal
    if (!isApiKey(token)) return undefined
    return async () => {
      options.keys.forget(token, principal.token)
      return (await byKey(token)).token
    }
  }
}
