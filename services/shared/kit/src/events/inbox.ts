import type { CloudEvent } from '@alta/contracts/cloud-event'
import { type Kysely, sql } from 'kysely'
import type pg from 'pg'
import type { Failure } from './errors.ts'

/*
 * The inbox as SQL. A row is unique on message and handler; that uniqueness, in the transaction of the
 * effect, is what makes an effect happen once however often the broker delivers.
 *   COMPLETED  done
 *   PROCESSING a worker holds a lease; when it runs out anybody may take over
 *   PARKED     failed, and due again at next_attempt_at; without that time it waits for its handler to be resumed
 *   FAILED     given up; a dead letter was emitted
 */

export interface InboxKey {
  messageId: string
  source: string
  handler: string
}

/** A message and who handles it. */
export interface InboxMessage {
  key: InboxKey
  event: CloudEvent
}

/** As much of it as a row without the event itself needs. */
type InboxEntry = { key: InboxKey; event: Pick<CloudEvent, 'tenantid' | 'topic'> }

export interface Lease {
  owner: string
  seconds: number
}

/** The key as one word, for sets and maps. */
export const wordOf = ({ source, messageId, handler }: InboxKey): string =>
  `${source} ${messageId} ${handler}`

/** The handler's own name, also where it handles a replay. */
export const baseHandler = (handler: string): string => handler.replace(/#.*$/, '')

const keyIs = (key: InboxKey) =>
  sql`message_id = ${key.messageId} and source = ${key.source} and handler = ${key.handler}`

export const keyRows = (messages: readonly Pick<InboxMessage, 'key'>[]) => sql`
  unnest(${messages.map(({ key }) => key.messageId)}::text[], ${messages.map(({ key }) => key.source)}::text[],
    ${messages.map(({ key }) => key.handler)}::text[])`

export const messageRows = (messages: readonly InboxEntry[], events: readonly (string | null)[]) => sql`
  unnest(${messages.map(({ key }) => key.messageId)}::text[], ${messages.map(({ key }) => key.source)}::text[],
    ${messages.map(({ key }) => key.handler)}::text[], ${messages.map(({ event }) => event.tenantid)}::uuid[],
    ${messages.map(({ event }) => event.topic)}::text[], ${events}::text[])
  as row (message_id, source, handler, tenant_id, topic, event)`

export const eventsOf = (messages: readonly InboxMessage[]) =>
  messages.map(({ event }) => JSON.stringify(event))

const returningKeys = sql`returning message_id as "messageId", source, handler`

const words = ({ rows }: { rows: InboxKey[] }): Set<string> => new Set(rows.map(wordOf))

/**
 * Enters messages as done, to be committed with their effects; returns those that are new. Blocks while another
 * transaction handles one of them, and then finds it done. In the order of keys, so that two that share
 * messages wait for each other and never both.
 */
export async function enterCompleted(
  tx: Kysely<unknown>,
  messages: readonly InboxEntry[],
): Promise<Set<string>> {
  if (messages.length === 0) return new Set()
  return words(
    await sql<InboxKey>`
      insert into inbox_messages (message_id, source, handler, tenant_id, topic, status, completed_at)
      select message_id, source, handler, tenant_id, topic, 'COMPLETED', now()
      from ${messageRows(messages, [])}
      order by message_id, source, handler
      on conflict do nothing ${returningKeys}`.execute(tx),
  )
}

/**
 * Enters messages whose handling begins now, leased to one worker; returns those that are new. From here on the
 * row is the record, not the queue.
 */
export async function enterLeased(
  tx: Kysely<unknown>,
  messages: readonly InboxMessage[],
  lease: Lease,
): Promise<Set<string>> {
  return words(
    await sql<InboxKey>`
      insert into inbox_messages
        (message_id, source, handler, tenant_id, topic, event, status, lease_owner, lease_until)
      select message_id, source, handler, tenant_id, topic, event::json, 'PROCESSING', ${lease.owner},
        now() + make_interval(secs => ${lease.seconds})
      from ${messageRows(messages, eventsOf(messages))}
      order by message_id, source, handler
      on conflict do nothing ${returningKeys}`.execute(tx),
  )
}

/** Marks messages done in the transaction of their effects; returns those whose lease was still `owner`'s. */
export async function completeLeased(
  tx: Kysely<unknown>,
  messages: readonly Pick<InboxMessage, 'key'>[],
  owner: string,
): Promise<Set<string>> {
  if (messages.length === 0) return new Set()
  return words(
    await sql<InboxKey>`
      update inbox_messages
      set status = 'COMPLETED', completed_at = now(), event = null, lease_owner = null, lease_until = null,
          next_attempt_at = null, progress = null
      where (message_id, source, handler) in (select * from ${keyRows(messages)})
        and status = 'PROCESSING' and lease_owner = ${owner}
      ${returningKeys}`.execute(tx),
  )
}

/** False when somebody else has taken the work over, so that it must stop. */
export async function renewLease(
  tx: Kysely<unknown>,
  key: InboxKey,
  lease: Lease & { progress: number | null },
): Promise<boolean> {
  const { rows } = await sql`
    update inbox_messages
    set lease_until = now() + make_interval(secs => ${lease.seconds}), progress = ${lease.progress}
    where ${keyIs(key)} and status = 'PROCESSING' and lease_owner = ${lease.owner}
    returning 1`.execute(tx)
  return rows.length > 0
}

/**
 * Notes a failed attempt, unless the message is done or given up meanwhile, or leased to another worker: then it is
 * theirs. `retryInSeconds` undefined gives the message up. Returns how many attempts there were; 0 for none of ours.
 */
export async function recordFailure(
  tx: Kysely<unknown>,
  { key, event }: InboxMessage,
  owner: string,
  failure: Failure,
  retryInSeconds: (attempts: number) => number | undefined,
): Promise<{ attempts: number; givenUp: boolean; history: FailureHistory }> {
  const entry = {
    at: new Date().toISOString(),
    errorClass: failure.errorClass,
    message: failure.message.slice(0, 500).toWellFormed(),
  }
  const { rows } = await sql<{ attempts: number; history: FailureHistory }>`
    insert into inbox_messages as i (source, message_id, handler, tenant_id, topic, status, event, attempts,
      error_class, error_message, error_stack, history)
    values (${key.source}, ${key.messageId}, ${key.handler}, ${event.tenantid}, ${event.topic}, 'PARKED',
      ${JSON.stringify(event)}, 1, ${failure.errorClass}, ${failure.message}, ${failure.stack},
      ${JSON.stringify([entry])})
    on conflict (message_id, source, handler) do update
      set attempts = i.attempts + 1, status = 'PARKED', event = excluded.event, lease_owner = null, lease_until = null,
          error_class = excluded.error_class, error_message = excluded.error_message,
          error_stack = excluded.error_stack, history = (i.history::jsonb || excluded.history::jsonb)::json
      where i.status = 'PARKED' or (i.status = 'PROCESSING' and i.lease_owner = ${owner})
    returning attempts, history`.execute(tx)
  const row = rows[0]
  if (!row) return { attempts: 0, givenUp: false, history: [] }
  const seconds = failure.permanent ? undefined : retryInSeconds(row.attempts)
  await sql`
    update inbox_messages
    set status = ${seconds === undefined ? 'FAILED' : 'PARKED'},
        next_attempt_at = now() + make_interval(secs => ${seconds ?? null})
    where ${keyIs(key)}`.execute(tx)
  return { attempts: row.attempts, givenUp: seconds === undefined, history: row.history }
}

export type FailureHistory = { at: string; errorClass: string; message: string }[]

export interface DueMessage extends InboxMessage {
  /** Whatever held it has died more often than is allowed. */
  lostTooOften: boolean
  /** The claimer's own lease of it ran out. */
  wasOurs: boolean
}

/**
 * Takes up to `limit` messages that are due: parked ones, and those whose worker died. A death counts as an
 * attempt, so that a message which ends every process that touches it is found out; a lease of the claimer's own
 * that ran out does not, for then only the machine was slow. What was lost is a suspect (long work, which is slow
 * to repeat one by one, from its second death on) and is asked for by itself, so that none is blamed for what was
 * beside it.
 */
export async function claimDueMessages(
  tx: Kysely<unknown>,
  claim: Lease & {
    limit: number
    maximumLosses: number
    suspects: boolean
    /** Names of the handlers of long work. */
    longWork: readonly string[]
    /** Names of handlers without their replays: these alone, or all but these. */
    handlers: { only: readonly string[] } | { except: readonly string[] }
  },
): Promise<DueMessage[]> {
  const { handlers } = claim
  const [listed, included] = 'only' in handlers ? [handlers.only, true] : [handlers.except, false]
  const { rows } = await sql<InboxKey & Pick<DueMessage, 'event' | 'lostTooOften' | 'wasOurs'>>`
    update inbox_messages i
    set status = 'PROCESSING', lease_owner = ${claim.owner},
        lease_until = now() + make_interval(secs => ${claim.seconds}), next_attempt_at = null,
        attempts = i.attempts + due.lost::int
    from (
      select message_id, source, handler, status = 'PROCESSING' and lease_owner <> ${claim.owner} as lost,
        status = 'PROCESSING' and lease_owner = ${claim.owner} as ours
      from inbox_messages
      where status in ('PROCESSING', 'PARKED') and coalesce(next_attempt_at, lease_until) <= now()
        and (status = 'PROCESSING'
          and (attempts > 0 or split_part(handler, '#', 1) <> all (${claim.longWork}::text[]))) = ${claim.suspects}
        and (split_part(handler, '#', 1) = any (${listed}::text[])) = ${included}
      order by coalesce(next_attempt_at, lease_until)
      limit ${claim.limit}
      for update skip locked
    ) due
    where i.message_id = due.message_id and i.source = due.source and i.handler = due.handler
    returning i.message_id as "messageId", i.source, i.handler, i.event,
      due.lost and i.attempts > ${claim.maximumLosses} as "lostTooOften", due.ours as "wasOurs"`.execute(tx)
  return rows.map(({ event, lostTooOften, wasOurs, ...key }) => ({ key, event, lostTooOften, wasOurs }))
}

/** Hands back what this process will not finish, so that another may start at once; not what it is committing. */
export async function returnLeased(tx: Kysely<unknown>, owner: string): Promise<void> {
  await sql`
    update inbox_messages set status = 'PARKED', lease_owner = null, lease_until = null, next_attempt_at = now()
    where (message_id, source, handler) in (
      select message_id, source, handler from inbox_messages
      where status = 'PROCESSING' and lease_owner = ${owner} for update skip locked)`.execute(tx)
}

/** Forgets done messages; `retentionSeconds` must exceed the longest time after which the broker may redeliver. */
export async function purgeCompleted(
  tx: Kysely<unknown>,
  retentionSeconds: number,
  limit: number,
): Promise<number> {
  const { rows } = await sql`
    delete from inbox_messages where (message_id, source, handler) in (
      select message_id, source, handler from inbox_messages
      where status = 'COMPLETED' and completed_at < now() - make_interval(secs => ${retentionSeconds})
      order by completed_at limit ${limit} for update skip locked)
    returning 1`.execute(tx)
  return rows.length
}

/** Two looks, since each has an index of its own; one for both would read every message ever handled. */
export async function inboxFigures(
  pool: pg.Pool,
): Promise<{ parked: number; failed: number; working: number; oldestSeconds: number }> {
  const { rows } = await pool.query<{
    parked: number
    failed: number
    working: number
    oldestSeconds: number
  }>(
    `select open.*, (select count(*)::int from inbox_messages where status = 'FAILED') as failed
     from (
       select count(*) filter (where status = 'PARKED')::int as parked,
              count(*) filter (where status = 'PROCESSING')::int as working,
              greatest(coalesce(extract(epoch from now() - min(received_at) filter (where status = 'PARKED')), 0), 0)::float8
                as "oldestSeconds"
       from inbox_messages where status in ('PROCESSING', 'PARKED')
     ) open`,
  )
  return rows[0] ?? { parked: 0, failed: 0, working: 0, oldestSeconds: 0 }
}
