import { connect } from 'amqplib'
import pg from 'pg'
import {
  executeTransaction,
  getDisabledLogger,
  initializeMessageStorage,
  initializePollingMessageListener,
} from 'pg-transactional-outbox'
import { now } from '../../figures.ts'
import { effectWriter } from '../effect-log.ts'
import { readPeerSettings } from '../settings.ts'
import { aggregateType, listenerConfig, messageType } from './listener.ts'

const { receiver, broker, queue, effectLog } = readPeerSettings()
const logger = getDisabledLogger()
const config = listenerConfig('inbox', receiver)
const pool = new pg.Pool({ connectionString: receiver, max: 10 })
const store = initializeMessageStorage(config, logger)
const note = effectWriter(effectLog)

initializePollingMessageListener(
  config,
  [
    {
      aggregateType,
      messageType,
      async handle({ id }, client) {
        const called = now()
        await client.query(
          'insert into effects (id) values ($1) on conflict (id) do update set times = effects.times + 1',
          [id],
        )
        if (!('release' in client)) throw new Error('expected a client of a pool')
        // It commits after this and then gives the client back, which is the first that we hear of the commit.
        const release = client.release.bind(client)
        client.release = (error) => {
          if (!error) note(id, called)
          release(error)
        }
      },
    },
  ],
  logger,
)

const channel = await (await connect(broker)).createChannel()
await channel.prefetch(100)
await channel.consume(queue, async (delivery) => {
  if (!delivery) return
  const message = JSON.parse(delivery.content.toString())
  await executeTransaction(await pool.connect(), (client) => store(message, client))
  channel.ack(delivery)
})
