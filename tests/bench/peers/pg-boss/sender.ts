import pg from 'pg'
import { now } from '../../figures.ts'
import { dataOf } from '../../messaging/contracts.ts'
import { serveChanges } from '../change-server.ts'
import { inTransaction } from '../in-transaction.ts'
import { readPeerSettings } from '../settings.ts'
import { openBoss, queue } from './queue.ts'

const { port, sender } = readPeerSettings()
const pool = new pg.Pool({ connectionString: sender, max: 10 })
const boss = await openBoss(sender)

serveChanges(port, async (id) => {
  const data = dataOf(id)
  await inTransaction(pool, async (client) => {
    await client.query('insert into changes (id, text) values ($1, $2)', [id, data.text])
    const db = { executeSql: (text: string, values?: unknown[]) => client.query(text, values) }
    await boss.send(queue, data, { db })
  })
  return now()
})
