import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { amqpTransport } from '@alta/kit/events/amqp-transport'
import { queueOf } from '@alta/kit/events/names'
import { createRelay } from '@alta/kit/events/relay'
import type { Topology } from '@alta/kit/events/topology'
import { appToken } from '@alta/kit/http/app-under-test'
import { createTestBroker, type TestBroker } from '@alta/kit/testing/broker'
import { testConfig } from '@alta/kit/testing/config'
import { type Daprd, startDaprd } from '@alta/kit/testing/daprd'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { type EffectsSchema, effectsMigrations, quickBroker } from '@alta/kit/testing/kit-fixture'
import { eventually } from '@alta/kit/testing/wait'
import { Redis } from 'ioredis'
import { type Consumer, startConsumer } from './consumer-process.ts'
import { appId, byOutbox, consumed, stored } from './contracts.ts'
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

/** The sidecar of the sender wants an app before it subscribes to its own outbox topic. */
async function startQuietApp(opened: AsyncDisposableStack): Promise<number> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/dapr/subscribe' ? 200 : 404, { 'content-type': 'application/json' })
    response.end('[]')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  // A server that listens on TCP has an address of this kind.
  return (server.address() as AddressInfo).port
}

/** The repository's own pub/sub component, the same again for the outbox's inner topic, and a store with an outbox. */
async function senderComponents(redisPrefix: string): Promise<string[]> {
  const pubsub = await readFile(new URL('../../../dapr/components/pubsub.yaml', import.meta.url), 'utf8')
  const redis = new URL(testConfig.TEST_REDIS_URL)
  const metadata = {
    redisHost: redis.host,
    redisPassword: decodeURIComponent(redis.password),
    keyPrefix: redisPrefix,
    outboxPublishPubsub: 'pubsub',
    outboxPublishTopic: byOutbox.topic,
    outboxPubsub: 'outbox-inner',
    // Otherwise the event of a transaction that failed goes round for ever.
    outboxDiscardWhenMissingState: 'true',
  }
  const state = {
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'statestore' },
    spec: {
      type: 'state.redis',
      version: 'v1',
      metadata: Object.entries(metadata).map(([name, value]) => ({ name, value })),
    },
  }
  // JSON is YAML.
  return [pubsub, pubsub.replace('name: pubsub\n', 'name: outbox-inner\n'), JSON.stringify(state)]
}

async function removeKeys(prefix: string): Promise<void> {
  const redis = new Redis(testConfig.TEST_REDIS_URL)
  for await (const keys of redis.scanStream({ match: `*${prefix}*`, count: 1_000 })) {
    if (keys.length > 0) await redis.unlink(keys)
  }
  await redis.quit()
}
