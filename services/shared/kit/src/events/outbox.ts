import type pg from 'pg'
import type { OutboxPublisher } from '../database/database.ts'
import type { OutboxRow } from './outbox-row.ts'

/*
 * The outbox as SQL. Every statement can be pasted into psql; `$n` are as in the call below it.
 * Rows live as PENDING → PROCESSING → COMPLETED, or FAILED with a time for the next attempt;
 * a FAILED row without such a time has used up its attempts and waits for a person to release it.
 */

const AGAIN_AT_ONCE = 5_000

/**
 * Commits the statement without waiting for the disk, which takes longer than the statement itself. A claim or a
 * completion that a crash of PostgreSQL undoes has the event published again, as a crash of the relay does.
 * Evaluated once, before anything else.
 */
const notOnDiskYet = `(select set_config('synchronous_commit', 'off', true)) = 'off'`

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

/**
 * Takes up to `limit` rows that nobody works on: new ones, those of a dead relay, failed ones that are due.
 * @param options.from the first id to look at, as {@link oldestOpenId} has found it
 */
export async function claimOutboxRows(
  pool: pg.Pool,
  options: { owner: string; leaseSeconds: number; limit: number; from: string },
): Promise<OutboxRow[]> {
  const { rows } = await pool.query<OutboxRow>(
    `update outbox_events
     set status = 'PROCESSING', lease_owner = $1, lease_until = now() + make_interval(secs => $2)
     where ${notOnDiskYet} and id = any (array(
       select id from outbox_events
       where status <> 'COMPLETED' and id >= $4
         and (status = 'PENDING'
           or (status = 'PROCESSING' and lease_until < now())
           or (status = 'FAILED' and next_attempt_at <= now()))
       order by id
       limit $3
       for update skip locked))
     returning id, tenant_id as "tenantId", topic, event`,
    [options.owner, options.leaseSeconds, options.limit, options.from],
  )
  return rows
}

/**
 * The oldest event that is still open, from an id on. What is published leaves its entry in the index until vacuum may
 * take it, and a long transaction of anybody keeps vacuum from that: looks that began at the first entry would take
 * longer and longer. So each look begins where the last one found the oldest.
 */
export async function oldestOpenId(pool: pg.Pool, from: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from outbox_events where status <> 'COMPLETED' and id >= $1 order by id limit 1`,
    [from],
  )
  return rows[0]?.id
}

/**
 * Only after the broker has taken the event. Counts also when the lease was lost: published is published. But not
 * when {@link publishAgain} has come in between: then nobody knows in which queue the event is.
 */
export async function completeOutboxRows(pool: pg.Pool, ids: readonly string[]): Promise<void> {
  await pool.query(
    `update outbox_events
     set status = 'COMPLETED', completed_at = now(), lease_owner = null, lease_until = null,
         next_attempt_at = null, last_error = null
     where ${notOnDiskYet} and id = any ($1::uuid[]) and status <> 'PENDING'`,
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

/**
 * A queue was lost: events of these topics wait to be published again, as far as they were published within the
 * horizon or may have been. Those in flight come first: whichever of them is done by the second look is found there.
 * @param ofThisSession seconds: of what was published or sent within them none was in the queue that was lost
 * @returns how many wait again, and how many of those may have been lost
 */
export async function publishAgain(
  pool: pg.Pool,
  topics: readonly string[],
  horizonSeconds: number,
  ofThisSession = 0,
): Promise<{ events: number; lost: number }> {
  const inFlight = await pool.query(
    `update outbox_events set status = 'PENDING', lease_owner = null, lease_until = null
     where status <> 'COMPLETED' and status = 'PROCESSING' and topic = any ($1)`,
    [topics],
  )
  const { rows } = await pool.query<{ now: string }>('select now()::text as now')
  /** Those that were published from so many seconds ago to so many seconds ago. */
  const published = async (from: number, to: number): Promise<number> => {
    let again = 0
    for (;;) {
      const { rowCount } = await pool.query(
        `update outbox_events set status = 'PENDING', completed_at = null
         where id = any (array(
           select id from outbox_events
           where status = 'COMPLETED' and topic = any ($1)
             and completed_at between $2::timestamptz - make_interval(secs => $3)
               and $2::timestamptz - make_interval(secs => $5)
           order by completed_at limit $4))`,
        [topics, rows[0]?.now, from, AGAIN_AT_ONCE, to],
      )
      again += rowCount ?? 0
      if ((rowCount ?? 0) < AGAIN_AT_ONCE) return again
    }
  }
  const session = Math.min(ofThisSession, horizonSeconds)
  const before = await published(horizonSeconds, session)
  const since = (inFlight.rowCount ?? 0) + (session > 0 ? await published(session, 0) : 0)
  return { events: before + since, lost: session > 0 ? before : before + since }
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
  from: string,
): Promise<{ waiting: number; failed: number; oldestSeconds: number }> {
  const { rows } = await pool.query<{ waiting: number; failed: number; oldestSeconds: number }>(
    `select count(*)::int as waiting,
            (select count(*)::int from outbox_events where status = 'FAILED') as failed,
            greatest(coalesce(extract(epoch from now() - min(created_at)), 0), 0)::float8 as "oldestSeconds"
     from outbox_events where status <> 'COMPLETED' and status <> 'FAILED' and id >= $1`,
    [from],
  )
  return rows[0] ?? { waiting: 0, failed: 0, oldestSeconds: 0 }
}
