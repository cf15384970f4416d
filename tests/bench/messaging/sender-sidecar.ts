import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { testConfig } from '@alta/kit/testing/config'
import { Redis } from 'ioredis'
import { byOutbox } from './contracts.ts'

/** The sidecar of the sender wants an app before it subscribes to its own outbox topic. */
export async function startQuietApp(opened: AsyncDisposableStack): Promise<number> {
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
export async function senderComponents(redisPrefix: string): Promise<string[]> {
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

export async function removeKeys(prefix: string): Promise<void> {
  const redis = new Redis(testConfig.TEST_REDIS_URL)
  for await (const keys of redis.scanStream({ match: `*${prefix}*`, count: 1_000 })) {
    if (keys.length > 0) await redis.unlink(keys)
  }
  await redis.quit()
}
