import { amqpTransport } from '@alta/kit/events/amqp-transport'
import { queueOf } from '@alta/kit/events/names'
import { createRelay } from '@alta/kit/events/relay'
import type { Topology } from '@alta/kit/events/topology'
import { appToken } from '@alta/kit/http/app-under-test'
import { createTestBroker, type TestBroker } from '@alta/kit/testing/broker'
import { type Daprd, startDaprd } from '@alta/kit/testing/daprd'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { type EffectsSchema, effectsMigrations, quickBroker } from '@alta/kit/testing/kit-fixture'
import { eventually } from '@alta/kit/testing/wait'
import { type Consumer, startConsumer } from './consumer-process.ts'
import { appId, consumed, stored } from './contracts.ts'
import { removeKeys, senderComponents, startQuietApp } from './sender-sidecar.ts'
import { outboxWay, publishWay, relayWay, type Way } from './ways.ts'

const contracts = [...consumed, stored]
const queues = contracts.map(({ topic }) => ({ name: queueOf(appId, topic), app: appId, topic }))

/** Durable fanout exchanges with one quorum queue each, the same for every way. */
export const topology: Topology = {
  exchanges: contracts.map(({ topic }) => topic),
  owners: {},
  queues,
  bindings: queues.map(({ name, topic }) => ({ exchange: topic, to: 'queue', name })),
}

/** Real parts on this machine, of the bench's own: vhost, database, Redis prefix, two sidecars, a consumer process. */
export interface Stage extends AsyncDisposable {
  broker: TestBroker
  db: TestDatabase<EffectsSchema>
  consumer: Consumer
  /** Sidecar of the publishing side. */
  daprd: Daprd
  ways: { relay: Way; publish: Way; outbox: Way }
}

export async function openStage(): Promise<Stage> {
  await using opened = new AsyncDisposableStack()
  const broker = opened.adopt(await createTestBroker(), (one) => one.close())
  const db = opened.adopt(await createTestDatabase<EffectsSchema>(appId, effectsMigrations), (one) =>
    one.close(),
  )
  const consumer = opened.use(await startConsumer(db.settings))

  const transport = amqpTransport({ url: broker.url, topology })
  const settings = { ...quickBroker(broker.url), OUTBOX_PROCESSING_INTERVAL: 5 }
  const relay = opened.adopt(createRelay({ pool: db.database.pool, transport, settings }), (one) =>
    one.stop(),
  )
  relay.start()
  await eventually('the relay is connected', () => relay.ready)

  const redisPrefix = `alta_test_${broker.vhost}`
  opened.defer(() => removeKeys(redisPrefix))
  const daprd = opened.adopt(
    await startDaprd({
      appId: 'bench-sender',
      appPort: await startQuietApp(opened),
      appToken,
      rabbitmqUrl: broker.url,
      components: await senderComponents(redisPrefix),
    }),
    (one) => one.stop(),
  )
  opened.adopt(
    await startDaprd({
      appId,
      appPort: consumer.port,
      appToken,
      rabbitmqUrl: broker.url,
      topics: consumed.map(({ topic }) => topic),
    }),
    (one) => one.stop(),
  )
  const ways = {
    relay: relayWay(db.database, relay),
    publish: publishWay(db.database, daprd),
    outbox: outboxWay(daprd),
  }
  const closing = opened.move()
  return {
    broker,
    db,
    consumer,
    daprd,
    ways,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}
