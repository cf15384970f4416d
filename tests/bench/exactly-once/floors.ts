import { setTimeout as delay } from 'node:timers/promises'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { outboxRow } from '@alta/kit/events/outbox-row'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import pg from 'pg'
import { forSeconds, now, percentile } from '../figures.ts'
import { appId, dataOf, stored } from '../messaging/contracts.ts'
import { openBarePublisher } from '../messaging/floors.ts'
import type { Stage } from '../messaging/stage.ts'

/** Medians in milliseconds of what an outbox with a broker is made of, each measured alone. */
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
const CONNECTIONS = 10
const COMMITTING_SECONDS = 5

/**
 * @param perSecond the pace at which each is done; without one as fast as they follow each other, which a processor
 *   that never rests does in less time than one that is woken for each
 */
export async function measureFloors(stage: Stage, perSecond?: number): Promise<Floors> {
  const medianOf = (one: () => Promise<unknown>) => medianAtPace(one, perSecond)
  await using tables = await openTables(stage)
  const commit = await medianOf(tables.commit)
  const claim = await medianOf(tables.claim)
  await using bare = await openBarePublisher(stage.broker.url)
  const confirm = await medianOf(() => bare.publish(stored.topic, someEvent()))
  return { commit, claim, confirm }
}

/** Transactions a second with a change and a message each, on connections at the same time, and nothing beside them. */
export async function measureCommits(stage: Stage): Promise<number> {
  await using tables = await openTables(stage)
  return (await forSeconds(COMMITTING_SECONDS, CONNECTIONS, tables.commit)).perSecond
}

const someEvent = (): string => outboxRow(appId, DEFAULT_TENANT, stored, dataOf(randomUUIDv7())).event

async function openTables({ db }: Stage) {
  const pool = new pg.Pool({ connectionString: db.admin.options.connectionString, max: CONNECTIONS })
  await pool.query('create table floor_changes (id uuid primary key, text text not null)')
  await pool.query('create table floor_messages (id uuid primary key, event text not null)')
  return {
    async commit() {
      const { id, text } = dataOf(randomUUIDv7())
      const client = await pool.connect()
      await client.query('begin')
      await client.query('insert into floor_changes values ($1, $2)', [id, text])
      await client.query('insert into floor_messages values ($1, $2)', [id, someEvent()])
      await client.query('commit')
      client.release()
    },
    claim: () =>
      pool.query(
        `delete from floor_messages where id in
           (select id from floor_messages order by id limit 1 for update skip locked) returning event`,
      ),
    async [Symbol.asyncDispose]() {
      await pool.query('drop table floor_changes, floor_messages')
      await pool.end()
    },
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
