import { forbidden, unauthorized } from '../errors.ts'
import type { Attribute } from './attributes.ts'
import { isOfPlatform, type Permission, PLATFORM_TENANT } from './permissions.ts'
import type { Principal } from './principal.ts'

/** Who may call a route. `Who` is what the handler gets as `principal`. */
export interface Policy<Who extends Principal | undefined = Principal | undefined> {
  /** For documentation and for tests generated from the route table. */
  readonly name: 'anyone' | 'signedIn' | 'signedIn or key' | `may ${Permission}`
  /** Without it the token is not even looked at: a stale one must not keep anybody from signing in. */
  readonly needsToken: boolean
  readonly permission?: Permission
  /** What the caller has to be to the thing that the route is about; its handler asks, this declares. */
  readonly attribute?: Attribute
  /** @throws {Problem} 401 `unauthenticated`, 403 `forbidden` */
  admit(principal: Principal | undefined): Who
}

export const anyone: Policy<undefined> = {
  name: 'anyone',
  needsToken: false,
  admit: () => undefined,
}

/**
 * Somebody in person: what needs no permission has no scope either that could allow it to a program, be it by OAuth or
 * with a key.
 */
export const signedIn: Policy<Principal> = {
  name: 'signedIn',
  needsToken: true,
  admit: (caller) => {
    const principal = caller ?? refuseStranger()
    if (principal.delegated || principal.byKey) throw notDelegable()
    return principal
  },
}

/** Keys of any scope too: for what tells a program nothing but whose its key is. */
export const signedInOrKey: Policy<Principal> = {
  name: 'signedIn or key',
  needsToken: true,
  admit: (caller) => {
    const principal = caller ?? refuseStranger()
    if (principal.delegated) throw notDelegable()
    return principal
  },
}

/** @param attribute of what a path names by an id: `make check` wants one wherever everybody has the permission */
export function may(permission: Permission, attribute?: Attribute): Policy<Principal> {
  return {
    name: `may ${permission}`,
    needsToken: true,
    permission,
    ...(attribute ? { attribute } : {}),
    admit: (caller) => {
      const principal = caller ?? refuseStranger()
      if (!principal.permissions.has(permission)) {
        const isElsewhere = isOfPlatform(permission) && principal.tenantId !== PLATFORM_TENANT
        const why = isElsewhere ? ', which counts in the tenant that runs the platform alone' : ''
        throw forbidden('forbidden', `This needs the permission ${permission}${why}.`, {
          note: `user ${principal.userId} has the roles ${principal.roles.join(', ') || 'none'}`,
        })
      }
      return principal
    },
  }
}

/** Signed in, and this to the thing that the path names; unless told, it has to be one's own. */
export const own = (attribute: Attribute = 'oneself'): Policy<Principal> => ({ ...signedIn, attribute })

const notDelegable = () => forbidden('not_delegable', 'A program cannot do this for you. Sign in yourself.')

function refuseStranger(): never {
  throw unauthorized(
    'unauthenticated',
    'Sign in first: send a valid access token as "Authorization: Bearer …".',
  )
}
