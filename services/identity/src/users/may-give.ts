import { permissionsOf } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import { forbidden } from '@alta/kit/errors'

/** @throws {Problem} 403 `forbidden`: nobody gives what they do not have */
export function mayGive({ permissions, tenantId, userId }: Principal, roles: readonly string[]): void {
  const missing = [...permissionsOf(roles, tenantId)].filter((permission) => !permissions.has(permission))
  if (missing.length === 0) return
  throw forbidden('forbidden', 'A role that you give must not be able to do more than you are.', {
    note: `user ${userId} lacks ${missing.join(', ')}`,
  })
}
