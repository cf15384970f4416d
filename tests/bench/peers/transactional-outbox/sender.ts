import pg from 'pg'
import {
  executeTransaction,
  getDisabledLogger,
  initializeMessageStorage,
  initializePollingMessageListener,
  type TransactionalMessage,
} from 'pg-transactional-outbox'
import { now } from '../../figures.ts'
import { dataOf } from '../../messaging/contracts.ts'
import { serveChanges } from '../change-server.ts'
import { confirmedPublisher } from '../confirmed-publisher.ts'
import { readPeerSettings } from '../settings.ts'
import { aggregateType, listenerConfig, messageType } from './listener.ts'

const { port, sender, broker, queue } = readPeerSettings()
const logger = getDisabledLogger()
const config = listenerConfig('outbox', sender)
const pool = new pg.Pool({ connectionString: sender, max: 10 })
const store = initializeMessageStorage(config, logger)
const publish = await confirmedPublisher(broker, queue)
// Without the sender's `lockedUntil`, which would hold the message up at the receiver, too.
const outgoing = ({ lockedUntil: _, ...message }: TransactionalMessage) => JSON.stringify(message)
initializePollingMessageListener(config, { handle: (message) => publish(outgoing(message)) }, logger)

serveChanges(port, async (id) => {
  const payload = dataOf(id)
  await executeTransaction(await pool.connect(), async (client) => {
    await client.query('insert into changes (id, text) values ($1, $2)', [id, payload.text])
    const message = { id, aggregateType, aggregateId: id, messageType, payload }
    await store({ ...message, concurrency: 'parallel' }, client)
  })
  return now()
})
