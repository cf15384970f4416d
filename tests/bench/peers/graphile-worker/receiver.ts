import { Logger, run } from 'graphile-worker'
import pg from 'pg'
import { now } from '../../figures.ts'
import type { BenchData } from '../../messaging/contracts.ts'
import { effectWriter } from '../effect-log.ts'
import { EFFECT_ONCE } from '../effect-once.ts'
import { readPeerSettings } from '../settings.ts'

const { receiver, effectLog } = readPeerSettings()
const pool = new pg.Pool({ connectionString: receiver, max: 12 })
pool.on('error', (error) => console.error(error))
const note = effectWriter(effectLog)

await run({
  pgPool: pool,
  logger: new Logger(() => () => undefined),
  preset: {
    worker: {
      concurrentJobs: 10,
      localQueue: { size: 500 },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  },
  taskList: {
    async record_effect(payload) {
      const called = now()
      // Jobs are added by our own sender only.
      const { id } = payload as BenchData
      await pool.query(EFFECT_ONCE, [id])
      note(id, called)
    },
  },
})
