import type { CloudEvent } from '@alta/contracts/cloud-event'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { EventsSchema } from '../database/schema.ts'

type Tx = Kysely<EventsSchema>

/** bigint holds every number of so many digits; a longer `sequence` is kept in the event alone. */
const SEQUENCE_DIGITS = 18

/** Enters events, in one statement. What is there already stays as it is. */
export async function insertEvents(tx: Tx, events: readonly CloudEvent[]): Promise<void> {
  const column = (value: (event: CloudEvent) => string | null | undefined) =>
    events.map((event) => text(value(event)))
  await sql`
    insert into stored_events (id, source, tenant_id, topic, type, stream, sequence, time, correlation_id,
      causation_id, traceparent, event)
    select * from unnest(
      ${column(({ id }) => id)}::text[],
      ${column(({ source }) => source)}::text[],
      ${column(({ tenantid }) => tenantid)}::uuid[],
      ${column(({ topic }) => topic)}::text[],
      ${column(({ type }) => type)}::text[],
      ${column(({ subject }) => subject)}::text[],
      ${column(({ sequence }) => (sequence && sequence.length <= SEQUENCE_DIGITS ? sequence : null))}::bigint[],
      ${events.map(({ time }) => new Date(time))}::timestamptz[],
      ${column(({ correlationid }) => correlationid)}::text[],
      ${column(({ causationid }) => causationid)}::text[],
      ${column(({ traceparent }) => traceparent)}::text[],
      ${events.map((event) => JSON.stringify(event))}::json[])
    on conflict do nothing`.execute(tx)
}

/** Without what PostgreSQL refuses in text columns; inside the event it is kept, escaped. */
const text = (value: string | null | undefined): string | null =>
  value == null ? null : value.replaceAll('\0', '').toWellFormed()

export interface StoredEvent {
  readonly position: number
  /** Which one it is of its stream, counted from 1 in the order of arrival. */
  readonly streamPosition: number
  readonly storedAt: Date
  readonly event: CloudEvent
}

/** Every condition that is given must hold. */
export interface EventFilter {
  readonly from?: Date | undefined
  /** Exclusive. */
  readonly to?: Date | undefined
  readonly topics?: readonly string[] | undefined
  readonly type?: string | undefined
  readonly stream?: string | undefined
  readonly source?: string | undefined
  readonly correlationId?: string | undefined
  /** Part of the whole event as JSON, in any case of letters. There is no index for it: give a time as well. */
  readonly text?: string | undefined
}

export function matching(tenantId: string, filter: EventFilter): RawBuilder<unknown> {
  const { from, to, topics, type, stream, source, correlationId, text: part } = filter
  const conditions = [sql`e.tenant_id = ${tenantId}`]
  if (from) conditions.push(sql`e.time >= ${from}`)
  if (to) conditions.push(sql`e.time < ${to}`)
  if (topics) conditions.push(sql`e.topic = any (${topics})`)
  // The type says what the topic says, and by topic there is an index. What is no type of ours is found nowhere.
  if (type !== undefined) conditions.push(sql`e.type = ${type}`, sql`e.topic = ${topicOfType(type)}`)
  if (stream !== undefined) conditions.push(sql`e.stream = ${stream}`)
  if (source !== undefined) conditions.push(sql`e.source = ${source}`)
  if (correlationId !== undefined) conditions.push(sql`e.correlation_id = ${correlationId}`)
  // As it stands in JSON: a quotation mark is escaped there.
  if (part !== undefined) {
    conditions.push(sql`strpos(lower(e.event::text), lower(${JSON.stringify(part).slice(1, -1)})) > 0`)
  }
  return sql.join(conditions, sql` and `)
}

/** An event's type is its topic behind a prefix, or it would have become a dead letter and not come here. */
const topicOfType = (type: string): string => type.replace(/^io\.alta\./, '')

/** Newest first. @param before of the last event of the page before */
export async function findEvents(
  tx: Tx,
  wanted: {
    tenantId: string
    filter: EventFilter
    before: { time: Date; position: number } | undefined
    limit: number
  },
): Promise<StoredEvent[]> {
  const { before } = wanted
  return numbered(
    tx,
    sql`select e.position, e.tenant_id, e.stream, e.time, e.stored_at, e.event
        from stored_events e
        where ${matching(wanted.tenantId, wanted.filter)}
          ${before ? sql`and e.time <= ${before.time} and (e.time, e.position) < (${before.time}, ${before.position})` : sql``}
        order by e.time desc, e.position desc
        limit ${wanted.limit}`,
    sql`order by time desc, position desc`,
  )
}

export async function findEvent(tx: Tx, tenantId: string, id: string): Promise<StoredEvent | undefined> {
  const [found] = await numbered(
    tx,
    sql`select e.position, e.tenant_id, e.stream, e.time, e.stored_at, e.event
        from stored_events e where e.tenant_id = ${tenantId} and e.id = ${id} order by e.position limit 1`,
    sql``,
  )
  return found
}

/** What one request set off, in the order of arrival. */
export const findCorrelated = (
  tx: Tx,
  tenantId: string,
  correlationId: string,
  limit: number,
): Promise<StoredEvent[]> =>
  numbered(
    tx,
    sql`select e.position, e.tenant_id, e.stream, e.time, e.stored_at, e.event
        from stored_events e where ${matching(tenantId, { correlationId })} order by e.position limit ${limit}`,
    sql`order by position`,
  )

/**
 * Adds to each event of a page which one it is of its stream: those that came before it, and those that have left
 * with old months. What lies before the page is only counted, in the index: a stream may be as long as all failures
 * of a service or all answers to a replay. Counted when asked for and not when stored: a counter would make two transactions wait for each
 * other, or fail by deadlock, whenever both store events of the same streams.
 */
async function numbered(
  tx: Tx,
  page: RawBuilder<unknown>,
  order: RawBuilder<unknown>,
): Promise<StoredEvent[]> {
  const { rows } = await sql<{
    position: string
    streamPosition: string
    storedAt: Date
    event: CloudEvent
  }>`
    with page as materialized (${page}),
    streams as (
      select tenant_id, stream, min(position) as first, max(position) as last from page group by tenant_id, stream),
    counted as materialized (
      select s.*, coalesce(f.events, 0) + (
        select count(*) from stored_events e
        where e.tenant_id = s.tenant_id and e.stream = s.stream and e.position < s.first) as before
      from streams s left join forgotten_events f on f.tenant_id = s.tenant_id and f.stream = s.stream),
    numbers as materialized (
      select e.position, s.before + row_number() over (partition by e.tenant_id, e.stream order by e.position) as number
      from counted s
      join stored_events e on e.tenant_id = s.tenant_id and e.stream = s.stream
        and e.position between s.first and s.last)
    select page.position, numbers.number as "streamPosition", page.stored_at as "storedAt", page.event
    from page join numbers on numbers.position = page.position
    ${order}`.execute(tx)
  return rows.map((row) => ({
    ...row,
    position: Number(row.position),
    streamPosition: Number(row.streamPosition),
  }))
}

/** Makes the months from the last one to the one after next. */
export async function keepMonths(tx: Tx): Promise<void> {
  await sql`
    select keep_month_of_events(month)
    from generate_series(now() - interval '1 month', now() + interval '2 months', interval '1 month') month`.execute(
    tx,
  )
}

/** Drops the oldest of the months that are older than so many. @returns its partition; undefined when all are gone */
export async function forgetMonth(tx: Tx, months: number): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    select * from forget_events_before(now() - make_interval(months => ${months})) as name`.execute(tx)
  return rows[0]?.name
}
