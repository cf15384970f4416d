import { isIP } from 'node:net'
import type { AuditEntry, AuditResource } from '@alta/contracts/resources/audit'
import type { Request } from 'express'
import type { Policy } from '../auth/policy.ts'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import type { Problem } from '../errors.ts'
import { currentContext, type RequestContext } from '../http/request-context.ts'
import type { Route } from '../http/route.ts'
import { randomUUIDv7 } from '../identifiers.ts'
import type { AnonymousChanges } from './anonymous-changes.ts'
import { explainRefusal } from './explain-refusal.ts'

/** Set by the gateway, which lets no header of this beginning in; services carry it on to each other. */
export const ADDRESS_HEADER = 'alta-client-address'
const USER_AGENT_CHARACTERS = 120
const ID_CHARACTERS = 100
const MOST_RESOURCES = 50

export type AuditActor = NonNullable<AuditEntry['actor']> & { readonly tenantId: string }

/** What one request is known by in the audit log. It travels in the request's context. */
export interface RequestAudit {
  readonly action: string
  readonly summary: string
  readonly policy: Policy
  readonly resources: AuditResource[]
  readonly address: string | null
  readonly userAgent: string | null
  /** Counts what nobody in particular changes, where there is somewhere to note it. */
  crowd?: AnonymousChanges | undefined
  /** Whose account a caller without a token is about. */
  tenantId?: string
  /** Who the caller turned out to be, where no token says so yet. */
  actor?: AuditActor
  /** The transaction that is about to commit keeps a refusal, not what the caller asked for. */
  refusal?: Problem
  /** `armed`: the handler of a changing request runs, and its first commit carries the entry. */
  state: 'waiting' | 'armed' | 'noted'
}

export interface TenantEntry {
  readonly tenantId: string
  readonly entry: AuditEntry
}

export function requestAudit(route: Route, request: Request): RequestAudit {
  const address = request.get(ADDRESS_HEADER)?.replace(/^::ffff:(?=\d+\.)/i, '') ?? ''
  const userAgent = request.get('user-agent')
  // Who reads the log or looks for something in it has asked for something: what, is in the query.
  const asked = route.audited ? { ...request.params, ...request.query } : request.params
  return {
    action: `${route.method.toUpperCase()} ${route.path}`,
    summary: route.summary,
    policy: route.policy,
    resources: Object.entries(asked).map(([name, value]) => resource(name, [value].flat().join('/'))),
    address: isIP(address) === 0 ? null : address,
    userAgent: userAgent === undefined ? null : harmless(userAgent, USER_AGENT_CHARACTERS),
    state: 'waiting',
  }
}

/**
 * The entry of the request around, for the transaction that is about to commit: of a changing request's
 * first one, and of no other.
 * @param changes subjects of the events that the transaction emits
 * @returns `takeBack` makes the next commit the first, when this one has failed; nothing `noted` when it is only counted
 */
export function entryOfCommit(
  tenant: string,
  changes: readonly AuditResource[],
): { noted: TenantEntry | undefined; takeBack(): void } | undefined {
  const context = currentContext()
  const audit = context?.audit
  if (!context || audit?.state !== 'armed') return undefined
  audit.state = 'noted'
  const { refusal } = audit
  const resources = [...audit.resources, ...changes.map(({ name, id }) => resource(name, id))]
  const noted = entryOf(context, audit, {
    tenant,
    resources,
    ...(refusal ? refusedBy(audit, refusal) : { outcome: 'allowed', code: null }),
  })
  // A refusal that a transaction keeps is of somebody's session, of which there are not many.
  const counted = noted.entry.actor || refusal ? undefined : audit.crowd?.admit(noted)
  return {
    noted: counted && !counted.ownEntry ? undefined : noted,
    takeBack() {
      audit.state = 'armed'
      counted?.takeBack()
    },
  }
}

type Verdict = Pick<AuditEntry, 'outcome' | 'code' | 'rule' | 'needed'>

/** What an entry says of a refusal. */
export function refusedBy({ policy }: RequestAudit, problem: Problem): Verdict {
  const { rule, needed } = explainRefusal(policy, problem)
  return { outcome: 'denied', code: problem.code, rule: harmless(rule, 100), needed: harmless(needed, 500) }
}

export function entryOf(
  context: RequestContext,
  audit: RequestAudit,
  more: Verdict & Pick<AuditEntry, 'resources'> & { tenant: string },
): TenantEntry {
  const { principal } = context
  const { tenant, resources, ...verdict } = more
  const actor = audit.actor ?? principal
  const unique = new Map(resources.map((one) => [`${one.name} ${one.id}`, one]))
  return {
    tenantId: actor?.tenantId ?? audit.tenantId ?? (tenant === '*' ? DEFAULT_TENANT : tenant),
    entry: {
      entryId: randomUUIDv7(),
      at: new Date().toISOString(),
      actor: actor
        ? {
            userId: actor.userId,
            sessionId: harmless(actor.sessionId, ID_CHARACTERS),
            roles: actor.roles.slice(0, 20).map((role) => harmless(role, ID_CHARACTERS)),
          }
        : null,
      action: audit.action,
      summary: audit.summary,
      resources: [...unique.values()].slice(0, MOST_RESOURCES),
      ...verdict,
      count: 1,
      address: audit.address,
      userAgent: audit.userAgent,
      requestId: context.requestId,
    },
  }
}

const resource = (name: string, id: string): AuditResource => ({
  name: harmless(name, ID_CHARACTERS),
  id: harmless(id, ID_CHARACTERS),
})

/** Text from outside as it can be stored, logged and hashed by anybody alike: no control characters, no half letters. */
const harmless = (text: string, characters: number): string =>
  text
    .slice(0, characters)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, '\ufffd')
