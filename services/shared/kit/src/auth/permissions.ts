/** Of those who run the platform; whoever registers belongs to it too. */
export const PLATFORM_TENANT = '00000000-0000-7000-8000-000000000000'

/**
 * What a role may do anywhere in its tenant. Rights within one project (owner, reviewer, viewer)
 * are attributes of the project and checked by the service that owns it.
 */
export const permissions = [
  'projects:read',
  'projects:write',
  /** Acts as an owner in every project of the tenant. */
  'projects:any',
  'documents:read',
  'documents:write',
  'reviews:read',
  'reviews:decide',
  /** Reviews in every project of the tenant, member or not. */
  'reviews:any',
  'notifications:read',
  'mail-catcher:read',
  'users:manage',
  /** Makes, renames, disables tenants. */
  'tenants:manage',
  /** Long operations of one's own; what a type does may need more. */
  'tasks:read',
  'tasks:write',
  /** Who did what to what. Reading it is itself noted. */
  'audit:read',
  /** Queues, outboxes, dead letters, limits, circuits: looking. */
  'operations:read',
  /** The same, and signing keys: retrying, discarding, releasing. */
  'operations:write',
] as const

export type Permission = (typeof permissions)[number]

export const roles = ['member', 'reviewer', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

const member: readonly Permission[] = [
  'projects:read',
  'projects:write',
  'documents:read',
  'documents:write',
  'reviews:read',
  'reviews:decide',
  'notifications:read',
  'tasks:read',
  'tasks:write',
]

const granted: Readonly<Record<Role, readonly Permission[]>> = {
  member,
  reviewer: ['reviews:any'],
  operator: ['operations:read', 'operations:write', 'audit:read', 'mail-catcher:read'],
  admin: permissions,
}

/**
 * What they are about is shared by all tenants. An administrator gives anybody of their tenant any role, so a role is no
 * proof of running the platform: these count for people of its own tenant alone.
 */
const ofPlatform: ReadonlySet<Permission> = new Set<Permission>([
  'mail-catcher:read',
  'operations:read',
  'operations:write',
  'tenants:manage',
])

export const isOfPlatform = (permission: Permission): boolean => ofPlatform.has(permission)

const isRole = (word: string): word is Role => (roles as readonly string[]).includes(word)

/** The roles that carry a permission; everybody who is signed in is a member. */
export const grantedBy = (permission: Permission): readonly Role[] =>
  roles.filter((role) => granted[role].includes(permission))

/** Everybody who is signed in is a member. Roles nobody knows (any more) grant nothing. */
export function permissionsOf(roleNames: readonly string[], tenantId: string): Set<Permission> {
  const given = [...member, ...roleNames.filter(isRole).flatMap((role) => granted[role])]
  return new Set(tenantId === PLATFORM_TENANT ? given : given.filter((each) => !isOfPlatform(each)))
}
