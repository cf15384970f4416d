import { randomUUIDv7 } from '@alta/kit/identifiers'
import { type Kysely, sql } from 'kysely'
import type { DeadLettersSchema, Faults, History, Kind } from './dead-letter.tables.ts'
import { type Failing, fingerprintOf } from './fingerprint.ts'
import { searchable, storableText } from './searchable.ts'

type Tx = Kysely<DeadLettersSchema>

/** A message that could not be handled, as it is filed. */
export interface FailedMessage {
  readonly tenantId: string
  readonly kind: Kind
  readonly app: string
  readonly handler: string
  readonly topic: string
  /** Source and id of the event: together with the handler they name the dead letter. */
  readonly identity: { readonly source: string; readonly messageId: string } | null
  readonly subject: string | null
  readonly correlationId: string | null
  /** JSON of the event without marks of a replay. */
  readonly event: string | null
  readonly body: string | null
  readonly faults: Faults
  readonly errorClass: string
  readonly message: string
  readonly stack: string
  readonly attempts: number
  readonly history: History
  /** Of the copy that failed, when it was a copy. */
  readonly replayId: string | null
  readonly failedAt: Date
}

const MOST_HISTORY = 100

/**
 * Files a message: a new dead letter, or what is new about one that is known. A copy that fails makes no second one.
 * What an older copy has to say never overrules the copy that is on its way.
 */
export async function fileDeadLetter(tx: Tx, given: FailedMessage): Promise<void> {
  const failed = storable(given)
  const group = await enterGroup(tx, failed)
  const { rows } = await sql<{ id: string }>`
    insert into dead_letters as d (id, tenant_id, group_id, kind, app, handler, topic, source, message_id, subject,
      correlation_id, event, body, faults, content, error_class, message, stack, attempts, history,
      first_failed_at, last_failed_at)
    values (${randomUUIDv7()}, ${failed.tenantId}, ${group}, ${failed.kind}, ${failed.app}, ${failed.handler},
      ${failed.topic}, ${failed.identity?.source ?? null}, ${failed.identity?.messageId ?? null}, ${failed.subject},
      ${failed.correlationId}, ${failed.event}, ${failed.body}, ${JSON.stringify(failed.faults)},
      ${searchable(failed.event ?? failed.body ?? '')}, ${failed.errorClass}, ${failed.message}, ${failed.stack},
      ${failed.attempts}, ${JSON.stringify(failed.history)}, ${failed.failedAt}, ${failed.failedAt})
    on conflict (source, message_id, handler, tenant_id) where message_id is not null do update
      set group_id = excluded.group_id, error_class = excluded.error_class, message = excluded.message,
          stack = excluded.stack, faults = excluded.faults, attempts = d.attempts + excluded.attempts,
          history = (
            select coalesce(json_agg(entry order by position), '[]') from (
              select entry, position from jsonb_array_elements(d.history::jsonb || excluded.history::jsonb)
                with ordinality as all_entries (entry, position)
              order by position desc limit ${MOST_HISTORY}) newest),
          last_failed_at = greatest(d.last_failed_at, excluded.last_failed_at),
          status = case
            when d.status = 'discarded' then 'discarded'
            when d.status = 'retrying' and d.replay_id is distinct from ${failed.replayId}::uuid then 'retrying'
            else 'open' end,
          resolved_at = null,
          purge_at = case when d.status = 'discarded' then d.purge_at end
    returning id`.execute(tx)
  const id = rows[0]?.id
  if (id && failed.replayId) await endRetry(tx, id, failed.replayId, 'failed')
}

/** The handler has taken a copy after all. Knows nothing of messages that were never filed, and says nothing of them. */
export async function resolveDeadLetter(
  tx: Tx,
  handled: { source: string; messageId: string; handler: string; replayId: string; keepDays: number },
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    update dead_letters
    set status = 'resolved', resolved_at = now(), discarded_at = null,
        purge_at = now() + make_interval(days => ${handled.keepDays})
    where source = ${handled.source} and message_id = ${handled.messageId} and handler = ${handled.handler}
    returning id`.execute(tx)
  const id = rows[0]?.id
  if (id) await endRetry(tx, id, handled.replayId, 'resolved')
}

async function endRetry(tx: Tx, id: string, replayId: string, outcome: 'resolved' | 'failed'): Promise<void> {
  await sql`
    update dead_letter_retries set outcome = ${outcome}, ended_at = now()
    where dead_letter_id = ${id} and replay_id = ${replayId} and outcome = 'waiting'`.execute(tx)
}

/** The group of a failure, made or brought up to date. A failure in a resolved group opens it again. */
async function enterGroup(tx: Tx, failed: FailedMessage): Promise<string> {
  const { fingerprint, stack } = fingerprintOf(failed satisfies Failing)
  const { rows } = await sql<{ id: string }>`
    insert into dead_letter_groups as g (id, tenant_id, fingerprint, app, handler, topic, error_class, message, stack,
      first_seen_at, last_seen_at)
    values (${randomUUIDv7()}, ${failed.tenantId}, ${fingerprint}, ${failed.app}, ${failed.handler}, ${failed.topic},
      ${failed.errorClass}, ${failed.message}, ${stack}, ${failed.failedAt}, ${failed.failedAt})
    on conflict (tenant_id, fingerprint) do update
      set message = excluded.message,
          last_seen_at = greatest(g.last_seen_at, excluded.last_seen_at),
          came_back_at = case when g.status = 'resolved' then now() else g.came_back_at end,
          resolved_at = null,
          version = g.version + (g.status = 'resolved')::int,
          status = case when g.status = 'resolved' then 'new' else g.status end
    returning id`.execute(tx)
  const id = rows[0]?.id
  if (!id) throw new Error('a group was neither made nor found')
  return id
}

const storable = (failed: FailedMessage): FailedMessage => ({
  ...failed,
  app: storableText(failed.app, 200),
  handler: storableText(failed.handler, 500),
  topic: storableText(failed.topic, 300),
  identity: failed.identity && {
    source: storableText(failed.identity.source, 200),
    messageId: storableText(failed.identity.messageId, 200),
  },
  subject: failed.subject === null ? null : storableText(failed.subject, 200),
  correlationId: failed.correlationId === null ? null : storableText(failed.correlationId, 200),
  body: failed.body === null ? null : storableText(failed.body, 128 * 1024),
  errorClass: storableText(failed.errorClass, 200) || 'unknown',
  message: storableText(failed.message, 4_000),
  stack: storableText(failed.stack, 16_000),
  faults: failed.faults.slice(0, 50).map(({ path, message }) => ({
    path: storableText(path, 500),
    message: storableText(message, 500),
  })),
  history: failed.history.slice(-MOST_HISTORY).map(({ at, errorClass, message }) => ({
    at,
    errorClass: storableText(errorClass, 200),
    message: storableText(message, 500),
  })),
})
