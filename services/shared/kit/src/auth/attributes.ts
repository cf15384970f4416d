import { grantedBy, isOfPlatform, type Permission } from './permissions.ts'

/** What somebody can be to a thing, beside what their roles allow everywhere. */
export const relations = ['viewer', 'reviewer', 'owner', 'starter', 'oneself'] as const
export type Relation = (typeof relations)[number]

interface AttributeRule {
  /** Any of these is enough. */
  readonly being: readonly Relation[]
  /** Everybody may to whom row-level security shows it. */
  readonly everybody?: true
  /** So is any of these permissions. */
  readonly or: readonly Permission[]
  /** To whom this does not hold, the thing is not there (404); unless told, to whom the rule itself does not hold. */
  readonly seenBy?: string
  readonly words: string
}

/**
 * Rules about the thing that a route is about. A route names one; the service asks it in the handler's transaction,
 * where the thing's row is. `tests/attacks` compares what is answered with what stands here.
 */
const rules = {
  'project viewer': {
    being: ['viewer', 'reviewer', 'owner'],
    or: ['reviews:any', 'projects:any'],
    words: 'to be a member of the project',
  },
  'project reviewer': {
    being: ['reviewer', 'owner'],
    or: ['reviews:any', 'projects:any'],
    seenBy: 'project viewer',
    words: 'the role reviewer or owner in the project',
  },
  'project owner': {
    being: ['owner'],
    or: ['projects:any'],
    seenBy: 'project viewer',
    words: 'the role owner in the project',
  },
  /** Owners remove whatever they like, reviewers what they have brought. */
  'project owner or uploader': {
    being: ['owner'],
    or: ['projects:any'],
    seenBy: 'project viewer',
    words: 'the role owner in the project, or to have uploaded it oneself as a reviewer',
  },
  'task starter to look': {
    being: ['starter'],
    or: ['operations:read'],
    words: 'to have started the task',
  },
  'task starter': {
    being: ['starter'],
    or: ['operations:write'],
    seenBy: 'task starter to look',
    words: 'to have started the task',
  },
  'same tenant': { being: [], everybody: true, or: [], words: 'to be of its tenant' },
  oneself: { being: ['oneself'], or: [], words: 'that it is one’s own' },
  'oneself or auditor': { being: ['oneself'], or: ['audit:read'], words: 'that it is one’s own request' },
} as const satisfies Readonly<Record<string, AttributeRule>>

export type Attribute = keyof typeof rules

export const attributes: Readonly<Record<Attribute, AttributeRule>> = rules

/** What would have satisfied the rule, in a sentence's words. */
export function neededFor(attribute: Attribute): string {
  const { words, or } = attributes[attribute]
  return [words, ...or.map(permissionInWords)].join('; or ')
}

export function permissionInWords(permission: Permission): string {
  const by = grantedBy(permission)
  const where = isOfPlatform(permission) ? ', in the tenant that runs the platform' : ''
  return `the permission ${permission}${by.length > 0 ? ` (of the role ${by.join(' or ')}${where})` : ''}`
}

/** What somebody is told who is this to the thing and has these permissions. */
export function outcomeOf(
  attribute: Attribute,
  who: { readonly being: Relation | undefined; readonly permissions: ReadonlySet<Permission> },
): 'in' | 403 | 404 {
  const holds = (rule: AttributeRule) =>
    rule.everybody ||
    (who.being !== undefined && rule.being.includes(who.being)) ||
    rule.or.some((permission) => who.permissions.has(permission))
  const rule = attributes[attribute]
  if (holds(rule)) return 'in'
  const seenBy = attributes[(rule.seenBy ?? attribute) as Attribute]
  return holds(seenBy) ? 403 : 404
}
