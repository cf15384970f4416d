import { type Kysely, sql } from 'kysely'
import type { EventsSchema } from '../database/schema.ts'
import type { MonitorTables } from './monitor.tables.ts'

type Tx = Kysely<EventsSchema>

/**
 * Undefined when another replica has sampled within the last `seconds`, or is doing so now: each moment is sampled once,
 * whoever is asked later tells the same. Otherwise what time it is, by the database: a replica whose clock is ahead would
 * keep all of them from sampling until its time has come.
 */
export async function takeTurn(tx: Tx, seconds: number): Promise<Date | undefined> {
  const { rows } = await sql<{ at: Date }>`
    select clock_timestamp() as at
    where pg_try_advisory_xact_lock(hashtext('monitor sample')) and not exists (
      select from service_samples where at > clock_timestamp() - make_interval(secs => ${seconds}))`.execute(
    tx,
  )
  return rows[0]?.at
}

export async function insertSamples(
  tx: Tx,
  samples: {
    queues: MonitorTables['queue_samples'][]
    services: MonitorTables['service_samples'][]
    handlers: MonitorTables['handler_samples'][]
  },
): Promise<void> {
  if (samples.queues.length > 0) await tx.insertInto('queue_samples').values(samples.queues).execute()
  if (samples.services.length > 0) await tx.insertInto('service_samples').values(samples.services).execute()
  if (samples.handlers.length > 0) await tx.insertInto('handler_samples').values(samples.handlers).execute()
}

/** Notes what handlers have just told and gives back what is known of each, with the slowness it had when it last worked. */
export async function noteHandlers(
  tx: Tx,
  samples: readonly MonitorTables['handler_samples'][],
): Promise<{ app: string; topic: string; p95Ms: number | null; idleSeconds: number }[]> {
  if (samples.length === 0) return []
  const { rows } = await sql<{ app: string; topic: string; p95Ms: number | null; idleSeconds: number }>`
    insert into handler_states as state (app, topic, handled, p95_ms, busy_at)
    select app, topic, handled, p95_ms, at
    from json_populate_recordset(null::handler_samples, ${JSON.stringify(samples)})
    on conflict (app, topic) do update set
      handled = excluded.handled,
      p95_ms = coalesce(excluded.p95_ms, state.p95_ms),
      busy_at = case when excluded.handled = state.handled then state.busy_at else excluded.busy_at end
    returning app, topic, p95_ms as "p95Ms",
      extract(epoch from ${samples[0]?.at ?? new Date()}::timestamptz - busy_at)::float8 as "idleSeconds"`.execute(
    tx,
  )
  return rows
}

/** Queues as they were sampled after a moment, oldest first. */
export async function queueSamplesAfter(tx: Tx, after: Date): Promise<MonitorTables['queue_samples'][]> {
  const rows = await tx
    .selectFrom('queue_samples')
    .selectAll()
    .where('at', '>', after)
    .orderBy('at')
    .execute()
  return rows.map(withNumbers)
}

/** Every service as it was found last. */
export const latestServiceSamples = (tx: Tx): Promise<MonitorTables['service_samples'][]> =>
  tx
    .selectFrom('service_samples')
    .selectAll()
    .where(
      'at',
      '=',
      tx.selectFrom('service_samples').select((eb) => eb.fn.max('at').as('at')),
    )
    .execute()

/** All samples of the last minutes, oldest first. */
export async function recentQueueSamples(tx: Tx, minutes: number): Promise<MonitorTables['queue_samples'][]> {
  const rows = await tx
    .selectFrom('queue_samples')
    .selectAll()
    .where('at', '>', sql<Date>`now() - make_interval(mins => ${minutes})`)
    .orderBy('at')
    .execute()
  return rows.map(withNumbers)
}

/** The driver gives bigint as text, because a number may be too small for it; counts of messages are not. */
const withNumbers = (row: MonitorTables['queue_samples']): MonitorTables['queue_samples'] => ({
  ...row,
  ready: Number(row.ready),
  unacknowledged: row.unacknowledged === null ? null : Number(row.unacknowledged),
  published: row.published === null ? null : Number(row.published),
  acknowledged: row.acknowledged === null ? null : Number(row.acknowledged),
})
