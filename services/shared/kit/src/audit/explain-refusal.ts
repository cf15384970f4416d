import { neededFor, permissionInWords } from '../auth/attributes.ts'
import type { Policy } from '../auth/policy.ts'
import type { Problem } from '../errors.ts'

export interface Explanation {
  /** Which rule refused: `token`, `permission <p>`, an attribute's name, `limit`, or the code of a rule of the service. */
  readonly rule: string
  /** What would have been let in. What is hidden and what is not there are told alike, here too. */
  readonly needed: string
}

/** Why somebody was refused, as far as the route's policy and the problem tell; nothing that the caller may not know. */
export function explainRefusal(
  { permission, attribute }: Policy,
  { status, code, detail }: Problem,
): Explanation {
  if (status === 401 && code === 'unauthenticated') return { rule: 'token', needed: 'a valid access token' }
  if (status === 429) return { rule: 'limit', needed: 'to wait before the next attempt' }
  if (status === 404) {
    return attribute
      ? { rule: attribute, needed: `that it exists, and ${neededFor(attribute)}` }
      : { rule: 'existence', needed: 'that it exists in one’s own tenant' }
  }
  if (code === 'forbidden' && permission && detail.includes(permission))
    return { rule: `permission ${permission}`, needed: permissionInWords(permission) }
  if (attribute && ['project_role_required', 'forbidden'].includes(code))
    return { rule: attribute, needed: neededFor(attribute) }
  return { rule: code, needed: detail }
}
