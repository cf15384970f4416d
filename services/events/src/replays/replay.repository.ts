import type { CloudEvent } from '@alta/contracts/cloud-event'
import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import type { EventsSchema } from '../database/schema.ts'
import { type EventFilter, matching } from '../store/store.repository.ts'
import type { ReplayEffects, ReplayState, ReplayTables } from './replay.tables.ts'

type Tx = Kysely<EventsSchema>

export interface Replay {
  readonly id: string
  readonly tenantId: string
  readonly consumer: string
  readonly from: Date
  readonly to: Date
  readonly topics: readonly string[]
  readonly stream: string | null
  readonly effects: ReplayEffects
  readonly eventsPerSecond: number
  readonly state: ReplayState
  readonly reason: string | null
  readonly horizon: number | null
  readonly position: number
  readonly total: number | null
  readonly sent: number
  readonly awaited: number
  readonly createdBy: string
  readonly createdAt: Date
  readonly sentAt: Date | null
  readonly endedAt: Date | null
}

/** What became of the copies so far. */
export interface Answers {
  readonly handled: number
  readonly failed: number
}

export const filterOf = ({ from, to, topics, stream }: Replay): EventFilter => ({
  from,
  to,
  topics,
  stream: stream ?? undefined,
})

/** How many events match, by topic; those stored up to `horizon` when it is given. */
export async function countEvents(
  tx: Tx,
  tenantId: string,
  filter: EventFilter,
  horizon?: number,
): Promise<{ topic: string; events: number }[]> {
  const { rows } = await sql<{ topic: string; events: string }>`
    select e.topic, count(*) as events from stored_events e
    where ${matching(tenantId, filter)} ${horizon === undefined ? sql`` : sql`and e.position <= ${horizon}`}
    group by e.topic order by e.topic`.execute(tx)
  return rows.map(({ topic, events }) => ({ topic, events: Number(events) }))
}

/** The next events that a replay sends, in the order in which they were stored. */
export async function nextEvents(
  tx: Tx,
  replay: Replay,
  limit: number,
): Promise<{ position: number; event: CloudEvent }[]> {
  const { rows } = await sql<{ position: string; event: CloudEvent }>`
    select e.position, e.event from stored_events e
    where ${matching(replay.tenantId, filterOf(replay))}
      and e.position > ${replay.position} and e.position <= ${replay.horizon}
    order by e.position limit ${limit}`.execute(tx)
  return rows.map(({ position, event }) => ({ position: Number(position), event }))
}

/** False when another replay to this consumer is not over. */
export async function insertReplay(
  tx: Tx,
  replay: Pick<
    Replay,
    | 'id'
    | 'tenantId'
    | 'consumer'
    | 'from'
    | 'to'
    | 'topics'
    | 'stream'
    | 'effects'
    | 'eventsPerSecond'
    | 'createdBy'
  >,
): Promise<boolean> {
  const inserted = await tx
    .insertInto('replays')
    .values({
      id: replay.id,
      tenant_id: replay.tenantId,
      consumer: replay.consumer,
      from_time: replay.from,
      to_time: replay.to,
      topics: [...replay.topics],
      stream: replay.stream,
      effects: replay.effects,
      events_per_second: replay.eventsPerSecond,
      state: 'sending',
      created_by: replay.createdBy,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute()
  return inserted.length > 0
}

export async function findReplay(tx: Tx, id: string): Promise<Replay | undefined> {
  const row = await tx.selectFrom('replays').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toReplay(row)
}

/** Holds the replay until the transaction ends. Its answers refer to it, and must not wait for that: no key changes. */
export async function lockReplay(tx: Tx, id: string): Promise<Replay | undefined> {
  const row = await tx
    .selectFrom('replays')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  return row && toReplay(row)
}

/** Newest first. */
export async function findReplays(
  tx: Tx,
  wanted: {
    state: ReplayState | undefined
    before: { createdAt: Date; id: string } | undefined
    limit: number
  },
): Promise<Replay[]> {
  const { state, before, limit } = wanted
  const { rows } = await sql<Selectable<ReplayTables['replays']>>`
    select * from replays r
    where ${state === undefined ? sql`true` : sql`r.state = ${state}`}
      ${before ? sql`and (date_trunc('milliseconds', r.created_at), r.id) < (${before.createdAt}::timestamptz, ${before.id}::uuid)` : sql``}
    order by date_trunc('milliseconds', r.created_at) desc, r.id desc
    limit ${limit}`.execute(tx)
  return rows.map(toReplay)
}

/** Writes what moves on. The replay must be locked. */
export async function saveReplay(tx: Tx, replay: Replay): Promise<void> {
  await tx
    .updateTable('replays')
    .set({
      state: replay.state,
      reason: replay.reason,
      horizon: replay.horizon === null ? null : String(replay.horizon),
      position: String(replay.position),
      total: replay.total === null ? null : String(replay.total),
      sent: String(replay.sent),
      awaited: String(replay.awaited),
      sent_at: replay.sentAt,
      ended_at: replay.endedAt,
    })
    .where('id', '=', replay.id)
    .execute()
}

/** Notes what became of a copy. Copies of other repetitions, such as retried dead letters, are passed over. */
export async function insertAnswer(
  tx: Tx,
  answer: {
    replayId: string
    source: string
    messageId: string
    handler: string
    outcome: 'handled' | 'failed'
  },
): Promise<void> {
  await sql`
    insert into replay_answers (replay_id, tenant_id, source, message_id, handler, outcome)
    select r.id, r.tenant_id, ${answer.source}, ${answer.messageId}, ${answer.handler}, ${answer.outcome}
    from replays r where r.id = ${answer.replayId}
    on conflict do nothing`.execute(tx)
}

export async function countAnswers(tx: Tx, ids: readonly string[]): Promise<Map<string, Answers>> {
  const { rows } = await sql<{ id: string; handled: string; failed: string }>`
    select replay_id as id, ${count('handled')} as handled, ${count('failed')} as failed
    from replay_answers where replay_id = any (${ids}::uuid[]) group by replay_id`.execute(tx)
  return new Map(
    rows.map(({ id, handled, failed }) => [id, { handled: Number(handled), failed: Number(failed) }]),
  )
}

/** Replays that ended so many days ago, with what became of their copies. Who began them stays in the audit log. */
export async function forgetReplays(tx: Tx, days: number): Promise<void> {
  await sql`delete from replays where ended_at < now() - make_interval(days => ${days})`.execute(tx)
}

const count = (outcome: string): RawBuilder<unknown> =>
  sql`count(*) filter (where outcome = ${sql.lit(outcome)})`

const toReplay = (row: Selectable<ReplayTables['replays']>): Replay => ({
  id: row.id,
  tenantId: row.tenant_id,
  consumer: row.consumer,
  from: row.from_time,
  to: row.to_time,
  topics: row.topics,
  stream: row.stream,
  effects: row.effects,
  eventsPerSecond: row.events_per_second,
  state: row.state,
  reason: row.reason,
  horizon: row.horizon === null ? null : Number(row.horizon),
  position: Number(row.position),
  total: row.total === null ? null : Number(row.total),
  sent: Number(row.sent),
  awaited: Number(row.awaited),
  createdBy: row.created_by,
  createdAt: row.created_at,
  sentAt: row.sent_at,
  endedAt: row.ended_at,
})
