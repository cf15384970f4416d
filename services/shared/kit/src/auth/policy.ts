import { forbidden, unauthorized } from '../errors.ts'
import type { Permission } from './permissions.ts'
import type { Principal } from './principal.ts'

/** Who may call a route. `Who` is what the handler gets as `principal`. */
export interface Policy<Who extends Principal | undefined = Principal | undefined> {
  /** For documentation and for tests generated from the route table. */
  readonly name: 'anyone' | 'signedIn' | `may ${Permission}`
  /** Without it the token is not even looked at: a stale one must not keep anybody from signing in. */
  readonly needsToken: boolean
  readonly permission?: Permission
  /** @throws {Problem} 401 `unauthenticated`, 403 `forbidden` */
  admit(principal: Principal | undefined): Who
}

export const anyone: Policy<undefined> = {
  name: 'anyone',
  needsToken: false,
  admit: () => undefined,
}

export const signedIn: Policy<Principal> = {
  name: 'signedIn',
  needsToken: true,
  admit: (principal) => principal ?? refuseStranger(),
}

export function may(permission: Permission): Policy<Principal> {
  return {
    name: `may ${permission}`,
    needsToken: true,
    permission,
    admit: (caller) => {
      const principal = caller ?? refuseStranger()
      if (!principal.permissions.has(permission)) {
        throw forbidden('forbidden', `This needs the permission ${permission}.`, {
          note: `user ${principal.userId} has the roles ${principal.roles.join(', ') || 'none'}`,
        })
      }
      return principal
    },
  }
}

function refuseStranger(): never {
  throw unauthorized(
    'unauthenticated',
    'Sign in first: send a valid access token as "Authorization: Bearer …".',
  )
}
