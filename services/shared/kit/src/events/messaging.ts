import { fileURLToPath } from 'node:url'
import type { BrokerConfig } from '../config/environment.ts'
import type { Database } from '../database/database.ts'
import { repeatedly } from '../repeatedly.ts'
import { amqpTransport } from './amqp-transport.ts'
import { outboxGauges } from './event-metrics.ts'
import type { Subscription } from './handlers.ts'
import { purgeCompleted } from './inbox.ts'
import { createInbox, type Inbox } from './inbox-dispatch.ts'
import { outboxFigures } from './outbox.ts'
import { createRelay, type Relay } from './relay.ts'
import { readTopology, topologyOfOwner } from './topology.ts'

export interface Messaging {
  inbox: Inbox
  relay: Relay
  start(): void
  /** Begins no message any more and ends those begun: waits so many milliseconds, hands back what takes longer. */
  drain(milliseconds: number): Promise<void>
  /** Ends the relay; to be called last, so that what the last requests have emitted is still published. */
  close(): Promise<void>
}

/** Messages taken from the inbox at once for another attempt. */
const DUE_AT_ONCE = 8
const PURGE_BATCH = 1_000

const ownTopology = fileURLToPath(new URL('../../../../../dapr/generated/topology.json', import.meta.url))

/** Outbox relay and inbox of one service, and the timers that keep them clean. */
export function openMessaging<Schema>(options: {
  database: Database<Schema>
  subscriptions: readonly Subscription[]
  config: BrokerConfig
}): Messaging {
  const { database, config } = options
  const topology = readTopology(config.TOPOLOGY_FILE || ownTopology)
  const transport = amqpTransport({
    url: config.RABBITMQ_URL,
    topology: topologyOfOwner(topology, database.appId),
    onReassert: () => relay.releaseUnroutable(),
  })
  const relay = createRelay({ pool: database.pool, transport, settings: config })
  const inbox = createInbox({ database, subscriptions: options.subscriptions, settings: config })
  database.publishThrough(relay)
  let jobs: { stop(): Promise<void> }[] = []
  const purgeBatch = () =>
    // The kit's own table, whatever else the schema holds.
    database.system(({ tx }) => purgeCompleted(tx as never, config.INBOX_RETENTION_SECONDS, PURGE_BATCH))

  return {
    inbox,
    relay,
    start() {
      relay.start()
      jobs = [
        {
          name: 'look for messages that are due',
          everySeconds: 1,
          run: async () => {
            const free = DUE_AT_ONCE - inbox.running
            if (free > 0) await inbox.retryDue(free)
          },
        },
        {
          name: 'forget old messages',
          everySeconds: 60,
          run: async () => {
            // Until nothing old is left: a fixed number a minute would fall behind for good on a busy service.
            while ((await purgeBatch()) === PURGE_BATCH);
          },
        },
        {
          name: 'count the outbox',
          everySeconds: 5,
          run: async () => {
            const figures = await outboxFigures(database.pool)
            outboxGauges.waiting.set(figures.waiting)
            outboxGauges.failed.set(figures.failed)
            outboxGauges.age.set(figures.oldestSeconds)
          },
        },
      ].map(repeatedly)
    },
    async drain(milliseconds) {
      for (const job of jobs) await job.stop()
      await inbox.stop(milliseconds)
    },
    close: () => relay.stop(),
  }
}
