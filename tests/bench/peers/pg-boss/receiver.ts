import { now } from '../../figures.ts'
import type { BenchData } from '../../messaging/contracts.ts'
import { effectWriter } from '../effect-log.ts'
import { readPeerSettings } from '../settings.ts'
import { openBoss, queue } from './queue.ts'

const { receiver, effectLog } = readPeerSettings()
const note = effectWriter(effectLog)
const boss = await openBoss(receiver)
let uncommitted: { ids: string[]; called: number } | undefined

// pg-boss commits after the handler has returned and tells nobody: this hears of it.
const database = boss.getDb()
const begin = database.beginTransaction?.bind(database)
if (!begin) throw new Error('expected the pool of pg-boss')
database.beginTransaction = async () => {
  const transaction = await begin()
  const commit = transaction.commit.bind(transaction)
  return Object.assign(transaction, {
    async commit() {
      await commit()
      for (const id of uncommitted?.ids ?? []) note(id, uncommitted?.called ?? 0)
    },
  })
}

const options = {
  batchSize: 500,
  burstWhenBatchFull: true,
  pollingIntervalSeconds: 0.5,
  transactional: true,
} as const

// Its completion is part of the transaction, so that exactly once needs no inbox row.
await boss.work<BenchData, void, typeof options>(queue, options, async (jobs, tx) => {
  const called = now()
  const ids = jobs.map(({ data }) => data.id)
  await tx.executeSql(
    `insert into effects (id) select unnest($1::uuid[])
     on conflict (id) do update set times = effects.times + 1`,
    [ids],
  )
  // One worker: its batches follow each other.
  uncommitted = { ids, called }
})
