import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '@alta/kit/testing/wait'
import pg from 'pg'
import type { Fault } from '../fault.ts'
import type { Stage } from '../support/stage.ts'
import { carriedThrough, trial } from '../support/trial.ts'

async function databaseIsUp({ postgres }: Stage): Promise<void> {
  await eventually(
    'PostgreSQL takes connections',
    async () => {
      const client = new pg.Client({ connectionString: postgres.url('alta') })
      client.on('error', () => undefined) // cut while it is being tried: tried again
      await client.connect()
      await client.end()
      return true
    },
    60,
  )
}

export const brokenDatabase: readonly Fault[] = [
  {
    id: 'F8',
    title: 'PostgreSQL stopped at once, killed, its connections ended ten times a second, all of them taken',
    run: (stage, amount) =>
      trial(stage, {
        seconds: 5,
        patience: 180,
        async inject({ killed }) {
          const rounds = amount.form === 'long' ? 4 : 1
          for (let round = 0; round < rounds; round++) {
            await stage.postgres.stopAtOnce()
            await stage.postgres.start()
            await delay(500 + amount.random() * 1_000)
            await stage.postgres.kill()
            killed()
            await eventually(
              'it starts after its children are gone',
              async () => {
                await stage.postgres.start()
                return true
              },
              60,
            )
            await databaseIsUp(stage)
            for (let turn = 0; turn < 20; turn++) {
              await stage.admin.query(
                `select pg_terminate_backend(pid) from pg_stat_activity where usename in ('producer', 'consumer')`,
              )
              await delay(100)
            }
            await takeAllConnections(stage, 2_000)
          }
          return { runs: rounds * 4 }
        },
      }),
  },
  {
    id: 'F18',
    title: 'a transaction that stays open, and a replication slot that nobody reads',
    run: (stage, amount) =>
      trial(stage, {
        seconds: 5,
        clients: 4,
        pause: 20,
        async inject() {
          const before = await latency(stage)
          await stage.admin.query(`select pg_create_physical_replication_slot('nobody', true)`)
          const holder = new pg.Client({ connectionString: stage.postgres.url('alta') })
          await holder.connect()
          await holder.query('begin isolation level repeatable read; select txid_current()')
          await delay(amount.form === 'long' ? 120_000 : 4_000)
          const during = await latency(stage)
          await holder.query('rollback')
          await holder.end()
          const { rows } = await stage.admin.query<{ kept: string }>(
            `select pg_size_pretty(pg_current_wal_lsn() - restart_lsn) as kept from pg_replication_slots`,
          )
          await stage.admin.query(`select pg_drop_replication_slot('nobody')`)
          const ms = (seconds: number) => `${(seconds * 1_000).toFixed(0)} ms`
          return {
            runs: 1,
            note: `change to effect, median of nine: ${ms(before)} before, ${ms(during)} at its end; ${rows[0]?.kept} of log kept for the slot`,
          }
        },
      }),
  },
]

/** Idle sessions up to the server's limit: whoever needs a new connection is refused. */
async function takeAllConnections({ postgres }: Stage, milliseconds: number): Promise<void> {
  const clients: pg.Client[] = []
  for (;;) {
    const client = new pg.Client({ connectionString: postgres.url('alta') })
    client.on('error', () => undefined) // ended by the server: it is being given back anyhow
    const taken = await client.connect().then(
      () => true,
      () => false, // too many: that is what was wanted
    )
    if (!taken || clients.push(client) >= 300) break
  }
  await delay(milliseconds)
  await Promise.all(clients.map((client) => client.end().catch(() => undefined))) // as above
}

/** Median seconds from a change to its effect, of nine. */
async function latency(stage: Stage): Promise<number> {
  const seconds: number[] = []
  for (let turn = 0; turn < 9; turn++) seconds.push(await carriedThrough(stage))
  return seconds.sort((a, b) => a - b)[4] ?? 0
}
