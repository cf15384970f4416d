import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import type { AuditEntry } from '@alta/contracts/resources/audit'
import type { Database } from '../database/database.ts'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import type { Problem } from '../errors.ts'
import type { RequestContext } from '../http/request-context.ts'
import { randomUUIDv7 } from '../identifiers.ts'
import { log } from '../telemetry/log.ts'
import { type AnonymousChanges, anonymousChanges } from './anonymous-changes.ts'
import { entryOf, refusedBy, type TenantEntry } from './request-audit.ts'

/** Notes in a transaction of its own what no transaction of a handler could. */
export interface AuditRecorder {
  /** For the transactions of requests: what they note when nobody is signed in. */
  readonly crowd: AnonymousChanges
  /** What a caller was shown. @throws when it cannot be noted: then it must not be shown */
  read(context: RequestContext): Promise<void>
  /** That a caller was refused. Never throws: the refusal stands, noted or not. */
  denied(context: RequestContext, problem: Problem): Promise<void>
  /** Writes the sums of refusals and of anonymous changes that are due. @param all also those whose minute is not over */
  flush(all?: boolean): Promise<void>
}

const WINDOW_MILLISECONDS = 60_000
/** Callers and routes that are told apart within a minute; everything above is one sum for each route. */
const MOST_WINDOWS = 500
/** Of further refusals in a window: as many can still be asked for by their request. */
const MOST_REQUESTS = 100

interface Window {
  readonly begun: number
  readonly first: TenantEntry
  last: string
  /** Refusals after the first, which was written at once. */
  further: number
  readonly requests: string[]
}

/**
 * The first refusal of a caller at a route is written before the answer; the same again within a minute is counted
 * and written as one entry at its end. So a flood is in the log, and cannot fill it.
 */
export function auditRecorder<Schema>(
  database: Database<Schema>,
  clock: () => number = Date.now,
): AuditRecorder {
  const windows = new Map<string, Window>()
  const crowd = anonymousChanges(clock)

  const write = ({ tenantId, entry }: TenantEntry): Promise<void> =>
    database.transaction(tenantId, async ({ emit }) => emit(auditRecorded, entry))

  const tryToWrite = (noted: TenantEntry): Promise<void> =>
    write(noted).catch((error: unknown) =>
      log.error({ err: error, entry: noted.entry }, 'could not note something in the audit log'),
    )

  return {
    crowd,

    async read(context) {
      const { audit } = context
      if (!audit || audit.state === 'noted') return
      audit.state = 'noted'
      const { resources } = audit
      await write(
        entryOf(context, audit, { tenant: DEFAULT_TENANT, resources, outcome: 'allowed', code: null }),
      )
    },

    async denied(context, problem) {
      const { audit } = context
      if (!audit || audit.refusal) return
      audit.state = 'noted'
      const { resources } = audit
      const noted = entryOf(context, audit, {
        tenant: DEFAULT_TENANT,
        resources,
        ...refusedBy(audit, problem),
      })
      const who = noted.entry.actor?.userId ?? noted.entry.address
      const { code, rule } = noted.entry
      const own = [noted.tenantId, who, audit.action, code, rule].join(' ')
      const isOwn = windows.has(own) || windows.size < MOST_WINDOWS
      const key = isOwn ? own : `others ${audit.action} ${code}`
      const known = windows.get(key)
      if (known) {
        known.further += 1
        known.last = noted.entry.at
        // Of a sum over many callers nobody is to read that a request was theirs.
        if (isOwn && known.requests.length < MOST_REQUESTS) known.requests.push(context.requestId)
        return
      }
      const first = isOwn ? noted : anonymous(noted)
      windows.set(key, { begun: clock(), first, last: noted.entry.at, further: 0, requests: [] })
      await tryToWrite(first)
    },

    async flush(all = false) {
      for (const sum of crowd.due(all)) await tryToWrite(sum)
      for (const [key, { begun, first, last, further, requests }] of windows) {
        if (!all && clock() - begun < WINDOW_MILLISECONDS) continue
        windows.delete(key)
        if (further > 0) await tryToWrite(sum(first, last, further, requests))
      }
    },
  }
}

/** One entry for refusals that are not told apart any more. */
const sum = (
  { tenantId, entry }: TenantEntry,
  at: string,
  count: number,
  furtherRequests: readonly string[],
): TenantEntry => ({
  tenantId,
  entry: {
    ...entry,
    entryId: randomUUIDv7(),
    at,
    count,
    resources: [],
    ...(furtherRequests.length > 0 ? { furtherRequests: [...furtherRequests] } : {}),
  },
})

const anonymous = ({ entry }: TenantEntry): TenantEntry => {
  const nobody: Partial<AuditEntry> = { actor: null, address: null, userAgent: null, resources: [] }
  return { tenantId: DEFAULT_TENANT, entry: { ...entry, ...nobody } }
}
