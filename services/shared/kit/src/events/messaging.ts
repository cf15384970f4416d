import { fileURLToPath } from 'node:url'
import type { BrokerConfig } from '../config/environment.ts'
import type { Database } from '../database/database.ts'
import { log } from '../telemetry/log.ts'
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
  stop(milliseconds: number): Promise<void>
}

/** Messages taken from the inbox at once for another attempt. */
const DUE_AT_ONCE = 8
const DUE_EVERY_MS = 1_000
const PURGE_EVERY_MS = 60_000
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
  const timers: NodeJS.Timeout[] = []

  /** Runs `job` every so often, never twice at once; a failure is told and tried again at the next turn. */
  function every(milliseconds: number, what: string, job: () => Promise<unknown>): void {
    let busy = false
    timers.push(
      setInterval(async () => {
        if (busy) return
        busy = true
        await job().catch((error: unknown) => log.warn({ err: error }, `could not ${what}; trying again`))
        busy = false
      }, milliseconds),
    )
  }

  return {
    inbox,
    relay,
    start() {
      relay.start()
      every(DUE_EVERY_MS, 'look for messages that are due', async () => {
        const free = DUE_AT_ONCE - inbox.running
        if (free > 0) await inbox.retryDue(free)
      })
      every(PURGE_EVERY_MS, 'forget old messages', () =>
        database.system(({ tx }) =>
          // The kit's own table, whatever else the schema holds.
          purgeCompleted(tx as never, config.INBOX_RETENTION_SECONDS, PURGE_BATCH),
        ),
      )
      every(5_000, 'count the outbox', async () => {
        const figures = await outboxFigures(database.pool)
        outboxGauges.waiting.set(figures.waiting)
        outboxGauges.failed.set(figures.failed)
        outboxGauges.age.set(figures.oldestSeconds)
      })
    },
    async stop(milliseconds) {
      for (const timer of timers) clearInterval(timer)
      await inbox.stop(milliseconds)
      await relay.stop()
    },
  }
}
