import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib'
import { failPoint } from '../fail-points.ts'
import { log } from '../telemetry/log.ts'
import { outageOf } from '../telemetry/outage.ts'
import { healTopology } from './heal-topology.ts'
import type { OutboxRow } from './outbox-row.ts'
import { assertTopology, type Topology } from './topology.ts'
import type { PublishOutcome, Transport } from './transport.ts'

/** One connection, from its first frame to its loss. */
interface Session {
  channel: ConfirmChannel
  connection: ChannelModel
  /** When it did so, by `performance.now()`; undefined after the first look whether a queue is gone. */
  began: number | undefined
  /** The broker has run out of memory or disk and takes nothing for now: its reason. */
  blocked: string | undefined
  inFlight: Map<string, (outcome: PublishOutcome) => void>
  returned: Set<string>
  /** Ends the session: what is in flight is interrupted. */
  end(reason: Error): void
}

/** Between looks whether a queue is gone. */
const HEAL_EVERY_SECONDS = 5
/** How long the first events of a session wait for that look. A new broker, where everything is declared, takes seconds. */
const HEAL_FIRST_MS = 10_000
/** Between tries to get events to a queue that took none: doubled each time, as long as they come back. */
const RETURNED_FROM_MS = 1_000
const RETURNED_UP_TO_MS = 60_000
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
 * @param topology what this service emits to; declared on every connect, and what was lost of it as soon as that is seen
 * @param healing whose witnesses tell what was lost, and what puts the events back that may have been in it. Without
 *   it a lost queue is noticed only when nothing else takes the event
 * @param onReassert called when events that no queue took are worth another try
 */
export function amqpTransport(options: {
  url: string
  topology: Topology
  healing?: {
    appId: string
    everySeconds?: number
    publishAgain(topics: string[], ofThisSession: number): Promise<void>
  }
  onReassert?: () => void
}): Transport {
  let session: Session | undefined
  let closed = false
  let running: Promise<void> = Promise.resolve()
  let retrySoon: NodeJS.Timeout | undefined
  let retryAfter = RETURNED_FROM_MS
  let returnedAt = 0
  let healing: Promise<void> | undefined
  const owner = randomUUID()
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
    const began = performance.now()
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
        began,
        blocked: undefined,
        inFlight: new Map(),
        returned: new Set(),
        end: lost,
      }
      channel.on('error', lost)
      channel.on('close', () => lost(new Error('the channel was closed')))
      channel.on('return', (message) => current.returned.add(String(message.properties.messageId)))
      connection.on('blocked', (reason) => {
        current.blocked = String(reason)
        log.warn({ reason }, 'the broker takes nothing for now; events wait in the outbox')
      })
      connection.on('unblocked', () => {
        current.blocked = undefined
        onReady()
      })
      // Before anything is published, so that little is published twice; what takes long goes on beside it.
      await Promise.race([heal(current), end, delay(HEAL_FIRST_MS, undefined, { ref: false })])
      if (closed) return
      session = current
      const timer = setInterval(
        () => void heal(current),
        (options.healing?.everySeconds ?? HEAL_EVERY_SECONDS) * 1_000,
      )
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

  /** Never two at once; a failure is tried again at the next turn. */
  function heal(current: Session): Promise<void> {
    const { topology } = options
    const { connection, began } = current
    if (!options.healing) return Promise.resolve()
    healing ??= healTopology({ connection, owner, topology, began, ...options.healing })
      .then(
        (lost) => {
          current.began = undefined
          if (lost) options.onReassert?.()
        },
        (error: unknown) => {
          if (!closed) log.error({ err: error }, 'cannot watch over the queues that this service emits to')
        },
      )
      .finally(() => {
        healing = undefined
      })
    return healing
  }

  /** No queue took an event: declares everything again and gives such events another try, more and more seldom. */
  function retryReturned(): void {
    if (retrySoon) return
    const now = Date.now()
    const again = now - returnedAt < RETURNED_UP_TO_MS * 2
    retryAfter = again ? Math.min(retryAfter * 2, RETURNED_UP_TO_MS) : RETURNED_FROM_MS
    returnedAt = now + retryAfter
    retrySoon = setTimeout(() => {
      retrySoon = undefined
      const connection = session?.connection
      if (!connection) return
      assertTopology(connection, options.topology).then(
        () => options.onReassert?.(),
        (error: unknown) =>
          log.error({ err: error }, 'cannot declare the exchanges and queues that this service emits to'),
      )
    }, retryAfter)
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
          retryReturned()
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
      return session !== undefined && session.blocked === undefined
    },
    get refusal() {
      return session?.blocked
    },
    open(onReady) {
      running = keepConnected(onReady)
    },
    async publish(rows) {
      const current = session
      if (!current) return rows.map(({ id }) => ({ id, outcome: 'interrupted' as const }))
      let settled = 0
      return Promise.all(
        rows.map(async (row) => {
          const outcome = await publishOne(current, row).catch(
            (): PublishOutcome => ({ id: row.id, outcome: 'interrupted' }),
          )
          settled += 1
          if (settled * 2 === rows.length) failPoint('relay.mid-batch')
          return outcome
        }),
      )
    },
    async close() {
      closed = true
      stop.abort()
      clearTimeout(retrySoon)
      session?.end(new Error('the relay stops'))
      await running
      // It uses the pool that is closed next; a broker that is silent must not keep us.
      await Promise.race([healing, delay(CLOSE_WITHIN_MS, undefined, { ref: false })])
    },
  }
}

/** Seconds between heartbeats: two missed ones and a peer that vanished without a word counts as gone. */
function withHeartbeat(url: string): string {
  const address = new URL(url)
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', '10')
  return address.href
}
