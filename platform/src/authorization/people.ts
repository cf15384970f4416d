import { type Attribute, attributes, outcomeOf, type Relation } from '@alta/kit/auth/attributes'
import { PLATFORM_TENANT, permissionsOf } from '@alta/kit/auth/permissions'
import type { Policy } from '@alta/kit/auth/policy'

export interface PersonKind {
  readonly name: string
  /** Undefined: nobody is signed in. */
  readonly roles?: readonly string[]
  /** What they are to the things that are asked for. */
  readonly being: readonly Relation[]
  /** Where the things are not. */
  readonly foreign?: true
}

/** Everybody who is tried at every route. The things are the owner’s: project, uploads, tasks, sessions, requests. */
export const people: readonly PersonKind[] = [
  { name: 'nobody', being: [] },
  { name: 'member of no project', roles: ['member'], being: [] },
  { name: 'project viewer', roles: ['member'], being: ['viewer'] },
  { name: 'project reviewer', roles: ['member'], being: ['reviewer'] },
  { name: 'project owner', roles: ['member'], being: ['owner', 'starter', 'oneself'] },
  { name: 'reviewer', roles: ['reviewer'], being: [] },
  { name: 'operator', roles: ['operator'], being: [] },
  { name: 'admin', roles: ['admin'], being: [] },
  { name: 'admin elsewhere', roles: ['admin'], being: [], foreign: true },
]

export type Outcome = 'in' | 401 | 403 | 404

/** What a route has to answer by its policy; `in` is everything that is no refusal of this person. */
export function expectedOutcome(
  { needsToken, permission, attribute }: Policy,
  { roles, being, foreign }: PersonKind,
): Outcome {
  if (!needsToken) return 'in'
  if (!roles) return 401
  const permissions = permissionsOf(roles, foreign ? 'elsewhere' : PLATFORM_TENANT)
  if (permission && !permissions.has(permission)) return 403
  if (!attribute) return 'in'
  // Things of another tenant are not there, whatever one may do in one’s own.
  if (foreign) return 404
  return outcomeOf(attribute, { being: relationIn(attribute, being), permissions })
}

const relationIn = (attribute: Attribute, being: readonly Relation[]): Relation | undefined => {
  const family = [attribute, attributes[attribute].seenBy as Attribute | undefined]
  const counted = family.flatMap((one) => (one ? attributes[one].being : []))
  return being.find((one) => counted.includes(one))
}
