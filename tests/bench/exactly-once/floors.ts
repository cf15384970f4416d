import { setTimeout as delay } from 'node:timers/promises'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { outboxRow } from '@alta/kit/events/outbox-row'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import pg from 'pg'
import { now, percentile } from '../figures.ts'
import { appId, dataOf, stored } from '../messaging/contracts.ts'
import { openBarePublisher } from '../messaging/floors.ts'
import type { Stage } from '../messaging/stage.ts'

/** Medians in milliseconds of what no outbox with a broker can do without, each measured alone. */
export interface Floors {
  /** A transaction with a change and a message. */
  commit: number
  /** Taking one message from its table. */
  claim: number
  /** From the publish to the broker's confirm, on a quorum queue. */
  confirm: number
}

const TIMES = 200
const TIMES_AT_PACE = 60

/**
 * @param perSecond the pace at which each is done; without one as fast as they follow each other, which a processor
 *   that never rests does in less time than one that is woken for each
 */
export async function measureFloors({ broker, db }: Stage, perSecond?: number): Promise<Floors> {
  const medianOf = (one: () => Promise<unknown>) => medianAtPace(one, perSecond)
  const client = new pg.Client({ connectionString: db.admin.options.connectionString })
  await client.connect()
  await client.query('create table if not exists floor_changes (id uuid primary key, text text not null)')
  await client.query('create table if not exists floor_messages (id uuid primary key, event text not null)')
  const event = () => outboxRow(appId, DEFAULT_TENANT, stored, dataOf(randomUUIDv7())).event
  try {
    const commit = await medianOf(async () => {
      const { id, text } = dataOf(randomUUIDv7())
      await client.query('begin')
      await client.query('insert into floor_changes values ($1, $2)', [id, text])
      await client.query('insert into floor_messages values ($1, $2)', [id, event()])
      await client.query('commit')
    })
    const claim = await medianOf(() =>
      client.query(
        `delete from floor_messages where id in
           (select id from floor_messages order by id limit 1 for update skip locked) returning event`,
      ),
    )
    await using bare = await openBarePublisher(broker.url)
    const confirm = await medianOf(() => bare.publish(stored.topic, event()))
    return { commit, claim, confirm }
  } finally {
    await client.query('drop table floor_changes, floor_messages')
    await client.end()
  }
}

async function medianAtPace(one: () => Promise<unknown>, perSecond?: number): Promise<number> {
  const took: number[] = []
  const times = perSecond === undefined ? TIMES : TIMES_AT_PACE
  const first = now()
  for (let index = 0; index < times; index++) {
    if (perSecond !== undefined) await delay(Math.max(0, first + (index * 1_000) / perSecond - now()))
    const began = now()
    await one()
    took.push(now() - began)
  }
  return percentile(took, 0.5)
}
