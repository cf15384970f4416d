import type { Principal } from '@alta/kit/auth/principal'
import { bearerToken, type TokenVerifier } from '@alta/kit/auth/tokens'
import { Problem, unauthorized, unavailable } from '@alta/kit/errors'
import { currentContext } from '@alta/kit/http/request-context'
import type { DocumentedRoutes } from '../documentation/documented-routes.ts'
import { type ApiKeys, isApiKey } from './api-keys.ts'

/**
 * Turns callers without a valid token away at the edge, where a route needs one. Which routes do is read
 * from the services' own documents, so that there is no second list to forget. The service checks
 * the token again: this saves it the work, it does not replace it.
 */
export function admission(options: {
  verify: TokenVerifier
  keys: ApiKeys
  /** Asks the service when its document is not known yet; undefined when it cannot be had. */
  routesOf: (appId: string) => Promise<DocumentedRoutes | undefined>
}) {
  /** A token of a key that is refused may be of before other roles: the key itself decides. */
  async function byKey(key: string): Promise<Principal> {
    try {
      return await options.verify(await options.keys.tokenFor(key))
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'session_ended') throw error
      options.keys.forget(key)
      return options.verify(await options.keys.tokenFor(key))
    }
  }

  /**
   * @returns the documented path of the route, if it has one
   * @throws {Problem} 401 `unauthenticated`; 503 `upstream_unavailable` while nothing is known of the service
   */
  return async (
    call: { appId: string; method: string; path: string },
    authorization: string | undefined,
  ): Promise<string | undefined> => {
    const routes = await options.routesOf(call.appId)
    if (!routes) {
      throw unavailable('upstream_unavailable', `The service ${call.appId} cannot be reached right now.`, {
        note: 'it has not given its OpenAPI document yet, so its public routes are not known',
      })
    }
    const route = routes.find(call.method, call.path)
    if (route?.isPublic) return route.path
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
    return route?.path
  }
}
