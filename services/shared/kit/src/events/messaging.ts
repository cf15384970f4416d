import type { BrokerConfig } from '../config/environment.ts'
import type { Sidecar, SidecarSettings } from '../dapr/sidecar.ts'
import type { Database } from '../database/database.ts'
import { repeatedly } from '../repeatedly.ts'
import { amqpTransport } from './amqp-transport.ts'
import { daprTransport } from './dapr-transport.ts'
import type { Subscription } from './handlers.ts'
import { inboxFigures, purgeCompleted } from './inbox.ts'
import { createInbox, type Inbox } from './inbox-dispatch.ts'
import { inboxGauges } from './inbox-metrics.ts'
import { outboxFigures } from './outbox.ts'
import { outboxGauges } from './outbox-metrics.ts'
import { createRelay, type Relay } from './relay.ts'
import { readTopology, topologyOfOwner } from './topology.ts'

export interface Messaging {
  inbox: Inbox
  relay: Relay
  /** Why the broker takes nothing for now, as far as it has told. */
  brokerRefusal(): string | undefined
  start(): void
  /** Begins no message any more and ends those begun: waits so many milliseconds, hands back what takes longer. */
  drain(milliseconds: number): Promise<void>
  /** Ends the relay; to be called last, so that what the last requests have emitted is still published. */
  close(): Promise<void>
}

const PURGE_BATCH = 1_000

/** Outbox relay and inbox of one service, and the timers that keep them clean. */
export function openMessaging<Schema>(options: {
  database: Database<Schema>
  subscriptions: readonly Subscription[]
  config: BrokerConfig & SidecarSettings
  sidecar: Sidecar
}): Messaging {
  const { database, config } = options
  const topology = topologyOfOwner(readTopology(config.TOPOLOGY_FILE), database.appId)
  const transport =
    config.OUTBOX_TRANSPORT === 'dapr'
      ? daprTransport({ sidecar: options.sidecar, settings: config, topology })
      : amqpTransport({
          url: config.RABBITMQ_URL,
          topology,
          healing: { appId: database.appId, publishAgain: (...lost) => relay.publishAgain(...lost) },
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
    brokerRefusal: () => transport.refusal,
    start() {
      relay.start()
      jobs = [
        {
          name: 'look for messages that are due',
          everySeconds: 1,
          run: async () => {
            while ((await inbox.retryDue()) > 0);
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
            const figures = await outboxFigures(database.pool, relay.openFrom)
            outboxGauges.waiting.set(figures.waiting)
            outboxGauges.failed.set(figures.failed)
            outboxGauges.age.set(figures.oldestSeconds)
          },
        },
        {
          name: 'count the inbox',
          everySeconds: 10,
          run: async () => {
            const figures = await inboxFigures(database.pool)
            inboxGauges.parked.set(figures.parked)
            inboxGauges.failed.set(figures.failed)
            inboxGauges.working.set(figures.working)
            inboxGauges.oldest.set(figures.oldestSeconds)
          },
        },
      ].map(repeatedly)
    },
    async drain(milliseconds) {
      // At once: it is the stopped inbox that ends a long turn of the jobs.
      await Promise.all([inbox.stop(milliseconds), ...jobs.map((job) => job.stop())])
    },
    close: () => relay.stop(),
  }
}
