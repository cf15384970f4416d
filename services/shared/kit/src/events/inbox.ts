import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Failure } from './errors.ts'

/*
 * The inbox as SQL. A row is unique on message and handler; that uniqueness, in the transaction of the
 * effect, is what makes an effect happen once however often the broker delivers.
 *   COMPLETED  done
 *   PROCESSING a worker holds a lease; when it runs out anybody may take over
 *   PARKED     failed, and due again at next_attempt_at
 *   FAILED     given up; a dead letter was emitted
 */

export interface InboxKey {
  messageId: string
  source: string
  handler: string
}

/** What a first look at a delivery found. */
export type Reception = 'new' | 'completed' | 'waiting'

const keyIs = (key: InboxKey) =>
  sql`message_id = ${key.messageId} and source = ${key.source} and handler = ${key.handler}`

/**
 * Enters a message as done, to be committed with its effect. Blocks while another transaction is handling
 * the same message, and then finds it done.
 */
export async function receiveCompleted(
  tx: Kysely<unknown>,
  key: InboxKey,
  event: CloudEvent,
): Promise<Reception> {
  const inserted = await sql`
    insert into inbox_messages (source, message_id, handler, tenant_id, topic, status, completed_at)
    values (${key.source}, ${key.messageId}, ${key.handler}, ${event.tenantid}, ${event.topic}, 'COMPLETED', now())
    on conflict do nothing returning 1`.execute(tx)
  return inserted.rows.length > 0 ? 'new' : statusOf(tx, key)
}

/** Enters a message whose work begins now, leased to `owner`. From here on the row is the record, not the queue. */
export async function receiveWork(
  tx: Kysely<unknown>,
  key: InboxKey,
  event: CloudEvent,
  lease: { owner: string; seconds: number },
): Promise<Reception> {
  const inserted = await sql`
    insert into inbox_messages
      (source, message_id, handler, tenant_id, topic, status, event, lease_owner, lease_until)
    values (${key.source}, ${key.messageId}, ${key.handler}, ${event.tenantid}, ${event.topic}, 'PROCESSING',
      ${JSON.stringify(event)}, ${lease.owner}, now() + make_interval(secs => ${lease.seconds}))
    on conflict do nothing returning 1`.execute(tx)
  return inserted.rows.length > 0 ? 'new' : statusOf(tx, key)
}

async function statusOf(tx: Kysely<unknown>, key: InboxKey): Promise<Reception> {
  const { rows } = await sql<{ status: string }>`
    select status from inbox_messages where ${keyIs(key)}`.execute(tx)
  return rows[0]?.status === 'COMPLETED' || rows[0]?.status === 'FAILED' ? 'completed' : 'waiting'
}

/** Marks work done in the transaction of its effect. False when the lease was lost: then nothing may be committed. */
export async function completeLeased(tx: Kysely<unknown>, key: InboxKey, owner: string): Promise<boolean> {
  const { rows } = await sql`
    update inbox_messages
    set status = 'COMPLETED', completed_at = now(), event = null, lease_owner = null, lease_until = null,
        next_attempt_at = null, progress = null
    where ${keyIs(key)} and status = 'PROCESSING' and lease_owner = ${owner}
    returning 1`.execute(tx)
  return rows.length > 0
}

/** False when somebody else has taken the work over, so that it must stop. */
export async function renewLease(
  tx: Kysely<unknown>,
  key: InboxKey,
  lease: { owner: string; seconds: number; progress: number | null },
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
  key: InboxKey,
  owner: string,
  event: CloudEvent,
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

/**
 * Takes up to `limit` messages that are due: parked ones, and those whose worker died. A death counts as an
 * attempt, so that a message which ends every process that touches it is found out.
 */
export async function claimDueMessages(
  tx: Kysely<unknown>,
  lease: { owner: string; seconds: number; limit: number; maximumLosses: number },
): Promise<{ event: CloudEvent; handler: string; lostTooOften: boolean }[]> {
  const { rows } = await sql<{ event: CloudEvent; handler: string; lostTooOften: boolean }>`
    update inbox_messages i
    set status = 'PROCESSING', lease_owner = ${lease.owner},
        lease_until = now() + make_interval(secs => ${lease.seconds}), next_attempt_at = null,
        attempts = i.attempts + due.lost::int
    from (
      select message_id, source, handler, status = 'PROCESSING' as lost from inbox_messages
      where status in ('PROCESSING', 'PARKED') and coalesce(next_attempt_at, lease_until) <= now()
      order by coalesce(next_attempt_at, lease_until)
      limit ${lease.limit}
      for update skip locked
    ) due
    where i.message_id = due.message_id and i.source = due.source and i.handler = due.handler
    returning i.event, i.handler, due.lost and i.attempts > ${lease.maximumLosses} as "lostTooOften"`.execute(
    tx,
  )
  return rows
}

/** Hands work back that this process will not finish, so that another may start at once. */
export async function returnLeased(tx: Kysely<unknown>, owner: string): Promise<void> {
  await sql`
    update inbox_messages set status = 'PARKED', lease_owner = null, lease_until = null, next_attempt_at = now()
    where status = 'PROCESSING' and lease_owner = ${owner}`.execute(tx)
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
