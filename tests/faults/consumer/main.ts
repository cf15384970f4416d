// The consuming side of the fault suite: counts effects, and misbehaves when an event tells it to.
import { brokerEnvironment, databaseEnvironment, readConfig, serviceEnvironment } from '@alta/kit/config'
import { connect } from '@alta/kit/database/database'
import { on } from '@alta/kit/events/handlers'
import { serve } from '@alta/kit/serve'
import { type Kysely, sql } from 'kysely'
import { changeMade, noticeGiven } from '../support/contracts.ts'

const config = readConfig('tests/faults/consumer/main.ts', {
  ...serviceEnvironment,
  ...databaseEnvironment,
  ...brokerEnvironment,
})
const database = connect('consumer', config)

await serve({
  appId: 'consumer',
  config,
  database,
  keys: async () => {
    throw new Error('nobody signs in here')
  },
  subscriptions: [
    on(changeMade, async ({ changeId, key, version, poison }, { tx }) => {
      await misbehave(poison)
      await countEffect(tx, changeId)
      await sql`
        insert into latest (key, version) values (${key}, ${version})
        on conflict (key) do update set version = excluded.version where latest.version < excluded.version`.execute(
        tx,
      )
    }),
    on(noticeGiven, async ({ noticeId }, { tx }) => {
      await sql`
        insert into notices (notice_id) values (${noticeId})
        on conflict (notice_id) do update set times = notices.times + 1`.execute(tx as Kysely<unknown>)
    }),
  ],
})

async function countEffect(tx: Kysely<unknown>, changeId: string): Promise<void> {
  await sql`
    insert into effects (change_id) values (${changeId})
    on conflict (change_id) do update set times = effects.times + 1`.execute(tx)
}

async function misbehave(how: string | undefined): Promise<void> {
  if (how === 'throws') throw new RangeError('a handler that always throws')
  if (how === 'exits') process.exit(1)
  if (how === 'hangs') await new Promise(() => undefined)
  if (how === 'slow') await new Promise((resolve) => setTimeout(resolve, 2_000))
  if (how === 'eats-memory') {
    const eaten: number[][] = []
    for (;;) eaten.push(new Array(1_000_000).fill(eaten.length))
  }
}
