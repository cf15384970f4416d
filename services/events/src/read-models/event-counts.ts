import { type Kysely, sql } from 'kysely'
import type { EventsSchema } from '../database/schema.ts'
import type { Difference, ReadModel } from './read-model.ts'

type Tx = Kysely<EventsSchema>

/** How many events of each topic happened on each day (UTC), by tenant. */
export const eventCounts: ReadModel = {
  name: 'event-counts',
  title: 'Events by day and topic',

  async take(tx, generations, { after, upTo, limit }) {
    const { rows } = await sql<{ position: string | null; events: string }>`
      with taken as materialized (
        select position, tenant_id, (time at time zone 'UTC')::date as day, topic from stored_events
        where position > ${after} and position <= ${upTo} order by position limit ${limit}),
      counted as (
        insert into event_counts as c (generation, tenant_id, day, topic, events)
        select generation, tenant_id, day, topic, count(*)
        from taken cross join unnest(${generations}::int[]) as generation
        group by generation, tenant_id, day, topic
        on conflict (generation, tenant_id, day, topic) do update set events = c.events + excluded.events)
      select max(position) as position, count(*) as events from taken`.execute(tx)
    const { position, events } = rows[0] ?? {}
    return position == null ? undefined : { position: Number(position), events: Number(events) }
  },

  async compare(tx, { active, building }, { tenantId, limit }) {
    const differing = sql`
      (select * from event_counts where generation = ${active}) a
      full join (select * from event_counts where generation = ${building}) b using (tenant_id, day, topic)
      where a.events is distinct from b.events`
    const all = await sql<{ differing: number }>`
      select count(*)::int as differing from ${differing}`.execute(tx)
    const shown = await sql<Difference>`
      select day || ' ' || topic as entry, a.events::float8 as active, b.events::float8 as building
      from ${differing} and tenant_id = ${tenantId} order by day desc, topic limit ${limit}`.execute(tx)
    return { differing: all.rows[0]?.differing ?? 0, shown: shown.rows }
  },

  async drop(tx, generation) {
    await tx.deleteFrom('event_counts').where('generation', '=', generation).execute()
  },
}

export interface CountedEvents {
  readonly day: string
  readonly topic: string
  readonly events: number
}

/** Figures of the active generation, latest day first. */
export async function findCounts(
  tx: Tx,
  wanted: {
    tenantId: string
    from?: string | undefined
    to?: string | undefined
    topic?: string | undefined
    after: { day: string; topic: string } | undefined
    limit: number
  },
): Promise<CountedEvents[]> {
  const { from, to, topic, after } = wanted
  const { rows } = await sql<CountedEvents>`
    select c.day::text as day, c.topic, c.events::float8 as events
    from event_counts c
    join read_model_generations g
      on g.model = ${eventCounts.name} and g.state = 'active' and g.generation = c.generation
    where c.tenant_id = ${wanted.tenantId}
      ${from === undefined ? sql`` : sql`and c.day >= ${from}::date`}
      ${to === undefined ? sql`` : sql`and c.day <= ${to}::date`}
      ${topic === undefined ? sql`` : sql`and c.topic = ${topic}`}
      ${after ? sql`and (c.day < ${after.day}::date or (c.day = ${after.day}::date and c.topic > ${after.topic}))` : sql``}
    order by c.day desc, c.topic
    limit ${wanted.limit}`.execute(tx)
  return rows
}
