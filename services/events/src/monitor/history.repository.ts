import { type Kysely, sql } from 'kysely'
import type { EventsSchema } from '../database/schema.ts'

type Tx = Kysely<EventsSchema>

export interface HistoryWanted {
  readonly from: Date
  readonly to: Date
  /** Width of one point in seconds. */
  readonly step: number
}

export interface QueuePoint {
  at: Date
  ready: number
  unacknowledged: number | null
  consumers: number
  published: number | null
  acknowledged: number | null
}

/** The highest of each step, so that a peak is not averaged away; counters at the end of it. */
export async function queueHistory(tx: Tx, queue: string, wanted: HistoryWanted): Promise<QueuePoint[]> {
  const { rows } = await sql<QueuePoint>`
    select date_bin(make_interval(secs => ${wanted.step}), at, 'epoch') as at,
      max(ready)::float8 as ready, max(unacknowledged)::float8 as unacknowledged, min(consumers) as consumers,
      max(published)::float8 as published, max(acknowledged)::float8 as acknowledged
    from queue_samples
    where queue = ${queue} and at >= ${wanted.from} and at < ${wanted.to}
    group by 1 order by 1`.execute(tx)
  return rows
}

export interface ServicePoint {
  at: Date
  alive: boolean
  replicas: number
  outboxWaiting: number
  outboxOldestSeconds: number
  inboxParked: number
}

export async function serviceHistory(tx: Tx, app: string, wanted: HistoryWanted): Promise<ServicePoint[]> {
  const { rows } = await sql<ServicePoint>`
    select date_bin(make_interval(secs => ${wanted.step}), at, 'epoch') as at,
      bool_and(alive) as alive, min(replicas) as replicas, max(outbox_waiting)::float8 as "outboxWaiting",
      max(outbox_oldest_seconds) as "outboxOldestSeconds", max(inbox_parked)::float8 as "inboxParked"
    from service_samples
    where app = ${app} and at >= ${wanted.from} and at < ${wanted.to}
    group by 1 order by 1`.execute(tx)
  return rows
}

export interface HandlerPoint {
  at: Date
  handled: number
  failed: number
  inFlight: number
  oldestInFlightSeconds: number | null
  p50Ms: number | null
  p95Ms: number | null
}

/** The slowest of each step; counters at the end of it. */
export async function handlerHistory(
  tx: Tx,
  { app, topic }: { app: string; topic: string },
  wanted: HistoryWanted,
): Promise<HandlerPoint[]> {
  const { rows } = await sql<HandlerPoint>`
    select date_bin(make_interval(secs => ${wanted.step}), at, 'epoch') as at,
      max(handled)::float8 as handled, max(failed)::float8 as failed, max(in_flight) as "inFlight",
      max(oldest_in_flight_seconds) as "oldestInFlightSeconds", max(p50_ms) as "p50Ms", max(p95_ms) as "p95Ms"
    from handler_samples
    where app = ${app} and topic = ${topic} and at >= ${wanted.from} and at < ${wanted.to}
    group by 1 order by 1`.execute(tx)
  return rows
}

/** What each sample is of; the rest of its key is the time. */
const sampled = {
  queue_samples: ['queue'],
  service_samples: ['app'],
  handler_samples: ['app', 'topic'],
} as const

/**
 * Samples older than a day are thinned to the first of each minute, and leave after so many days: what happened last
 * week is still to be seen, and the tables stay small.
 */
export async function thinSamples(tx: Tx, retentionDays: number): Promise<void> {
  for (const [table, key] of Object.entries(sampled)) {
    const same = sql.join(
      key.map((column) => sql`earlier.${sql.ref(column)} = sample.${sql.ref(column)}`),
      sql` and `,
    )
    await sql`
      delete from ${sql.table(table)} sample
      where at < now() - make_interval(days => ${retentionDays})
        or (at < date_trunc('minute', now()) - interval '1 day' and at >= now() - interval '2 days' and exists (
          select from ${sql.table(table)} earlier
          where ${same} and earlier.at >= date_trunc('minute', sample.at) and earlier.at < sample.at))`.execute(
      tx,
    )
  }
}
