import type { ProjectRole } from '@alta/contracts/resources/project'
import type { Principal } from '@alta/kit/auth/principal'
import { forbidden, notFound, type Problem } from '@alta/kit/errors'

export type Caller = Pick<Principal, 'userId' | 'tenantId' | 'permissions'>

const rank: Readonly<Record<ProjectRole, number>> = { viewer: 1, reviewer: 2, owner: 3 }

/** Whether the caller sees every project of the tenant: to act as its owner, or to review in it. */
export const seesEveryProject = (caller: Caller): boolean =>
  caller.permissions.has('projects:any') || caller.permissions.has('reviews:any')

/** The caller's role in a project: the highest of membership and what the tenant's roles grant. */
export function roleIn(member: ProjectRole | null, caller: Caller): ProjectRole | undefined {
  if (caller.permissions.has('projects:any')) return 'owner'
  if (caller.permissions.has('reviews:any') && member !== 'owner') return 'reviewer'
  return member ?? undefined
}

/** @throws {Problem} 403 `project_role_required` */
export function requireRole(role: ProjectRole, needed: ProjectRole): void {
  if (rank[role] >= rank[needed]) return
  throw forbidden('project_role_required', `This needs the role ${needed} in the project; yours is ${role}.`)
}

/** The same for a project that does not exist and for one that the caller may not see. */
export const projectNotFound = (): Problem => notFound('project_not_found', 'There is no such project.')
