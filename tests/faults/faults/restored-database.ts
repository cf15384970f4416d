import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect } from 'amqplib'
import type { Fault } from '../fault.ts'
import { faultTopology } from '../support/contracts.ts'
import { baseBackup, recover } from '../support/point-in-time.ts'
import type { Stage } from '../support/stage.ts'
import { trial } from '../support/trial.ts'

const POINT = 'before'

export const restoredDatabase: readonly Fault[] = [
  {
    id: 'F21',
    title: 'database set back to a point in time, and the broker knows what came after it',
    run: (stage, amount) =>
      trial(stage, {
        seconds: 5,
        patience: 240,
        async inject({ mayBeGone }) {
          const rounds = amount.form === 'long' ? 3 : 1
          let gone = 0
          for (let round = 0; round < rounds; round++) {
            const restore = await backUp(stage)
            await delay(1_000 + amount.random() * 2_000)
            await mayBeGone(async () => {
              await stage.admin.query('select pg_create_restore_point($1)', [POINT])
              const kept = await changes(stage)
              await delay(1_000 + amount.random() * 2_000)
              gone += (await changes(stage)) - kept
              await restoreInOrder(stage, restore)
            })
          }
          return { runs: rounds, note: `${gone} changes were made after the point, and are gone with it` }
        },
      }),
  },
]

async function changes({ admin }: Stage): Promise<number> {
  const { rows } = await admin.query<{ count: number }>('select count(*)::int from producer.ledger')
  return rows[0]?.count ?? 0
}

/**
 * As docs/runbooks/restore-database.md has it: nobody works meanwhile, and the queues go, because they hold what has
 * never happened. Relays find them missing and publish again what is in the outboxes.
 */
async function restoreInOrder(stage: Stage, restore: () => Promise<void>): Promise<void> {
  const { producer, consumer, daprd, broker } = stage
  await producer.stop()
  await daprd.kill()
  await consumer.stop()
  await restore()
  const connection = await connect(broker.url)
  const channel = await connection.createChannel()
  for (const { name } of faultTopology({ witnessed: true }).queues) await channel.deleteQueue(name)
  await connection.close()
  consumer.start()
  producer.start()
  await stage.ready()
  await daprd.start()
}

/** Takes a base backup and keeps the log from then on. @returns what puts it in the place of the database */
async function backUp({ admin, postgres }: Stage): Promise<() => Promise<void>> {
  const base = join(postgres.folder, 'base')
  await admin.query(`select pg_create_physical_replication_slot('restore', true)`)
  await baseBackup(postgres, base)
  return async () => {
    const lost = `${postgres.data}.lost`
    await postgres.stop()
    await rename(postgres.data, lost)
    const log = join(lost, 'pg_wal')
    await recover(postgres, admin, { base, log, target: `recovery_target_name = '${POINT}'` })
    await rm(lost, { recursive: true, force: true })
  }
}
