// A service of the kit that makes changes: the event in the outbox of the transaction, the relay in this process.
import { connect } from '@alta/kit/database/database'
import { amqpTransport } from '@alta/kit/events/amqp-transport'
import { createRelay } from '@alta/kit/events/relay'
import { type EffectsSchema, quickBroker } from '@alta/kit/testing/kit-fixture'
import { eventually } from '@alta/kit/testing/wait'
import { appId } from '../../messaging/contracts.ts'
import { relayWay } from '../../messaging/ways.ts'
import { serveChanges } from '../change-server.ts'
import { readPeerSettings } from '../settings.ts'
import type { AltaSettings } from './alta.ts'
import { topology } from './contracts.ts'

const { port, broker, senderDatabase } = readPeerSettings<AltaSettings>()
const database = connect<EffectsSchema>(appId, senderDatabase)
const relay = createRelay({
  pool: database.pool,
  transport: amqpTransport({ url: broker, topology }),
  settings: { ...quickBroker(broker), OUTBOX_PROCESSING_INTERVAL: 5 },
})
relay.start()
await eventually('the relay is connected', () => relay.ready)
const way = relayWay(database, relay)
serveChanges(port, way.send)
process.once('SIGTERM', () => void relay.stop().then(() => process.exit(0)))
