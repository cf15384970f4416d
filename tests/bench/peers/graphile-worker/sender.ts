import { makeWorkerUtils } from 'graphile-worker'
import pg from 'pg'
import { now } from '../../figures.ts'
import { dataOf } from '../../messaging/contracts.ts'
import { serveChanges } from '../change-server.ts'
import { inTransaction } from '../in-transaction.ts'
import { readPeerSettings } from '../settings.ts'

const { port, sender } = readPeerSettings()
const pool = new pg.Pool({ connectionString: sender, max: 10 })
pool.on('error', (error) => console.error(error))
// Both sides make sure of its tables.
await (await makeWorkerUtils({ pgPool: pool })).migrate()

serveChanges(port, async (id) => {
  const data = dataOf(id)
  await inTransaction(pool, async (client) => {
    await client.query('insert into changes (id, text) values ($1, $2)', [id, data.text])
    await client.query('select graphile_worker.add_job($1, $2::json)', [
      'record_effect',
      JSON.stringify(data),
    ])
  })
  return now()
})
