import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib'
import { log } from '../telemetry/log.ts'
import { outageOf } from '../telemetry/outage.ts'
import type { OutboxRow } from './outbox-row.ts'
import { assertTopology, type Topology } from './topology.ts'
import type { PublishOutcome, Transport } from './transport.ts'

/** One connection, from its first frame to its loss. */
interface Session {
  channel: ConfirmChannel
  connection: ChannelModel
  /** The broker has run out of memory or disk and takes nothing for now. */
  blocked: boolean
  inFlight: Map<string, (outcome: PublishOutcome) => void>
  returned: Set<string>
  /** Ends the session: what is in flight is interrupted. */
  end(reason: Error): void
}

const REASSERT_EVERY_MS = 30_000
const RECONNECT_FROM_MS = 250
const RECONNECT_UP_TO_MS = 5_000
/** For the broker to say goodbye. */
const CLOSE_WITHIN_MS = 1_000

/**
 * Publishes by AMQP 0-9-1 with publisher confirms, `mandatory` and persistent messages, many in flight.
 * It does not go through daprd because daprd answers 204 for events that the broker refused, could not
 * route, or was killed with (docs/decisions/0001). An unroutable event is returned first and acknowledged
 * all the same: only the absence of a return makes an acknowledgement proof.
 *
 * @param topology what this service emits to; declared on every connect, every half minute and after a return
 * @param onReassert called after a declaration, when events that no queue took are worth another try
 */
export function amqpTransport(options: {
  url: string
  topology: Topology
  onReassert?: () => void
}): Transport {
  let session: Session | undefined
  let closed = false
  let running: Promise<void> = Promise.resolve()
  let reassertSoon: NodeJS.Timeout | undefined
  const stop = new AbortController()
  const exchanges = new Set(options.topology.exchanges)

  async function keepConnected(onReady: () => void): Promise<void> {
    const outage = outageOf('the relay has no connection to the broker; events wait in the outbox')
    let wait = RECONNECT_FROM_MS
    while (!closed) {
      try {
        await oneSession(() => {
          wait = RECONNECT_FROM_MS
          outage.worked()
          onReady()
        })
      } catch (error) {
        if (closed) return
        outage.failed(error)
      }
      await delay(wait, undefined, { signal: stop.signal }).catch(() => undefined)
      wait = Math.min(wait * 2, RECONNECT_UP_TO_MS)
    }
  }

  async function oneSession(onReady: () => void): Promise<void> {
    const connection = await connect(withHeartbeat(options.url), { timeout: 5_000 })
    let lost: (reason: Error) => void = () => undefined
    const end = new Promise<Error>((resolve) => {
      lost = resolve
    })
    connection.on('error', lost)
    connection.on('close', () => lost(new Error('the connection was closed')))
    try {
      await assertTopology(connection, options.topology)
      const channel = await connection.createConfirmChannel()
      const current: Session = {
        channel,
        connection,
        blocked: false,
        inFlight: new Map(),
        returned: new Set(),
        end: lost,
      }
      channel.on('error', lost)
      channel.on('close', () => lost(new Error('the channel was closed')))
      channel.on('return', (message) => current.returned.add(String(message.properties.messageId)))
      connection.on('blocked', (reason) => {
        current.blocked = true
        log.warn({ reason }, 'the broker takes nothing for now; events wait in the outbox')
      })
      connection.on('unblocked', () => {
        current.blocked = false
        onReady()
      })
      if (closed) return
      session = current
      const timer = setInterval(() => void reassert(current), REASSERT_EVERY_MS)
      onReady()
      options.onReassert?.()
      const reason = await end
      clearInterval(timer)
      session = undefined
      for (const [id, settle] of current.inFlight) settle({ id, outcome: 'interrupted' })
      if (!closed) log.warn({ err: reason }, 'the relay lost its channel to the broker')
    } finally {
      session = undefined
      // Already closed in most cases; either way nothing is published through it any more. When the broker is lost
      // before it has answered, amqplib says so by the event alone.
      await Promise.race([
        connection.close(),
        once(connection, 'close'),
        delay(CLOSE_WITHIN_MS, undefined, { ref: false }),
      ]).catch((error: unknown) => log.debug({ err: error }, 'closed a lost connection'))
    }
  }

  async function reassert(current: Session): Promise<void> {
    try {
      await assertTopology(current.connection, options.topology)
      options.onReassert?.()
    } catch (error) {
      log.error({ err: error }, 'cannot declare the exchanges and queues that this service emits to')
    }
  }

  function publishOne({ channel, inFlight, returned }: Session, row: OutboxRow): Promise<PublishOutcome> {
    // The broker would close the channel over it, and with it refuse everything else, again and again.
    if (!exchanges.has(row.topic)) {
      const reason = `unknown: the topology of this service has no exchange ${row.topic}`
      return Promise.resolve({ id: row.id, outcome: 'refused', reason })
    }
    return new Promise((resolve) => {
      const settle = (outcome: PublishOutcome) => {
        inFlight.delete(row.id)
        resolve(outcome)
      }
      inFlight.set(row.id, settle)
      const properties = {
        persistent: true,
        mandatory: true,
        contentType: 'application/cloudevents+json',
        messageId: row.id,
      }
      channel.publish(row.topic, '', Buffer.from(row.event), properties, (refusal) => {
        if (returned.delete(row.id)) {
          reassertSoon ??= setTimeout(() => {
            reassertSoon = undefined
            if (session) void reassert(session)
          }, 1_000)
          settle({ id: row.id, outcome: 'refused', reason: `unroutable: no queue is bound to ${row.topic}` })
        } else if (!refusal) {
          settle({ id: row.id, outcome: 'confirmed' })
        } else if (refusal.message === 'message nacked') {
          settle({
            id: row.id,
            outcome: 'refused',
            reason: `nack: a queue of ${row.topic} refused the event`,
          })
        } else {
          settle({ id: row.id, outcome: 'interrupted' })
        }
      })
    })
  }

  return {
    get ready() {
      return session !== undefined && !session.blocked
    },
    open(onReady) {
      running = keepConnected(onReady)
    },
    async publish(rows) {
      const current = session
      if (!current) return rows.map(({ id }) => ({ id, outcome: 'interrupted' as const }))
      return Promise.all(
        rows.map((row) =>
          publishOne(current, row).catch((): PublishOutcome => ({ id: row.id, outcome: 'interrupted' })),
        ),
      )
    },
    async close() {
      closed = true
      stop.abort()
      clearTimeout(reassertSoon)
      session?.end(new Error('the relay stops'))
      await running
    },
  }
}

/** Seconds between heartbeats: two missed ones and a peer that vanished without a word counts as gone. */
function withHeartbeat(url: string): string {
  const address = new URL(url)
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', '10')
  return address.href
}
