import type pg from 'pg'
import type { OutboxPublisher } from '../database/database.ts'
import type { OutboxRow } from './outbox-row.ts'

/*
 * The outbox as SQL. Every statement can be pasted into psql; `$n` are as in the call below it.
 * Rows live as PENDING → PROCESSING → COMPLETED, or FAILED with a time for the next attempt;
 * a FAILED row without such a time has used up its attempts and waits for a person to release it.
 */

/** One round trip for all events of a transaction. Leased rows are published by the process that commits them. */
export async function insertOutboxRows(
  client: pg.ClientBase,
  rows: readonly OutboxRow[],
  lease: OutboxPublisher | undefined,
): Promise<void> {
  await client.query(
    `insert into outbox_events (id, tenant_id, topic, event, status, lease_owner, lease_until)
     select id, tenant_id, topic, event, $5, $6, now() + make_interval(secs => $7)
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as row (id, tenant_id, topic, event)`,
    [
      rows.map((row) => row.id),
      rows.map((row) => row.tenantId),
      rows.map((row) => row.topic),
      rows.map((row) => row.event),
      lease ? 'PROCESSING' : 'PENDING',
      lease?.owner ?? null,
      lease?.leaseSeconds ?? null,
    ],
  )
}

/** Takes up to `limit` rows that nobody works on: new ones, those of a dead relay, failed ones that are due. */
export async function claimOutboxRows(
  pool: pg.Pool,
  options: { owner: string; leaseSeconds: number; limit: number },
): Promise<OutboxRow[]> {
  const { rows } = await pool.query<OutboxRow>(
    `update outbox_events
     set status = 'PROCESSING', lease_owner = $1, lease_until = now() + make_interval(secs => $2)
     where id = any (array(
       select id from outbox_events
       where status <> 'COMPLETED'
         and (status = 'PENDING'
           or (status = 'PROCESSING' and lease_until < now())
           or (status = 'FAILED' and next_attempt_at <= now()))
       order by id
       limit $3
       for update skip locked))
     returning id, tenant_id as "tenantId", topic, event`,
    [options.owner, options.leaseSeconds, options.limit],
  )
  return rows
}

/** Only after the broker has taken the event. Counts also when the lease was lost: published is published. */
export async function completeOutboxRows(pool: pg.Pool, ids: readonly string[]): Promise<void> {
  await pool.query(
    `update outbox_events
     set status = 'COMPLETED', completed_at = now(), lease_owner = null, lease_until = null,
         next_attempt_at = null, last_error = null
     where id = any ($1::uuid[])`,
    [ids],
  )
}

/** The broker refused these. Waits `delay * 2^(attempts before)` seconds, or for a person after `maxRetries` retries. */
export async function failOutboxRows(
  pool: pg.Pool,
  failures: readonly { id: string; reason: string }[],
  retry: { maxRetries: number; delaySeconds: number },
): Promise<void> {
  await pool.query(
    `update outbox_events o
     set status = 'FAILED', attempts = o.attempts + 1, last_error = f.reason,
         lease_owner = null, lease_until = null,
         next_attempt_at = case when o.attempts < $3
           then now() + make_interval(secs => $4 * 2 ^ o.attempts) end
     from unnest($1::uuid[], $2::text[]) as f (id, reason)
     where o.id = f.id and o.status <> 'COMPLETED'`,
    [
      failures.map((failure) => failure.id),
      failures.map((failure) => failure.reason),
      retry.maxRetries,
      retry.delaySeconds,
    ],
  )
}

/** Gives rows back that were in flight when the connection broke: no proof, and no fault of theirs. */
export async function returnOutboxRows(pool: pg.Pool, ids: readonly string[], owner: string): Promise<void> {
  await pool.query(
    `update outbox_events set status = 'PENDING', lease_owner = null, lease_until = null
     where id = any ($1::uuid[]) and status = 'PROCESSING' and lease_owner = $2`,
    [ids, owner],
  )
}

/** After queues were declared again: rows that no queue took are due now, also those out of attempts. */
export async function releaseUnroutableRows(pool: pg.Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `update outbox_events set next_attempt_at = now() where status = 'FAILED' and last_error like 'unroutable%'`,
  )
  return rowCount ?? 0
}

/** Forgets up to `limit` completed rows older than `retentionSeconds`. */
export async function purgeOutboxRows(
  pool: pg.Pool,
  retentionSeconds: number,
  limit: number,
): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from outbox_events where id = any (array(
       select id from outbox_events
       where status = 'COMPLETED' and completed_at < now() - make_interval(secs => $1)
       order by completed_at limit $2 for update skip locked))`,
    [retentionSeconds, limit],
  )
  return rowCount ?? 0
}

/** For metrics and health: how many rows wait or failed, and the age in seconds of the oldest that waits. */
export async function outboxFigures(
  pool: pg.Pool,
): Promise<{ waiting: number; failed: number; oldestSeconds: number }> {
  const { rows } = await pool.query<{ waiting: number; failed: number; oldestSeconds: number }>(
    `select count(*) filter (where status <> 'FAILED')::int as waiting,
            count(*) filter (where status = 'FAILED')::int as failed,
            coalesce(extract(epoch from now() - min(created_at) filter (where status <> 'FAILED')), 0)::float8 as "oldestSeconds"
     from outbox_events where status <> 'COMPLETED'`,
  )
  return rows[0] ?? { waiting: 0, failed: 0, oldestSeconds: 0 }
}
