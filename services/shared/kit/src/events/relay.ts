import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { BrokerConfig } from '../config/environment.ts'
import type { OutboxPublisher } from '../database/database.ts'
import { failPoint } from '../fail-points.ts'
import { leastUUIDv7 } from '../identifiers.ts'
import { log } from '../telemetry/log.ts'
import { outageOf } from '../telemetry/outage.ts'
import { gathered } from './gathered.ts'
import {
  claimOutboxRows,
  completeOutboxRows,
  failOutboxRows,
  oldestOpenId,
  publishAgain,
  purgeOutboxRows,
  releaseUnroutableRows,
  returnOutboxRows,
} from './outbox.ts'
import { relayMetrics } from './outbox-metrics.ts'
import type { OutboxRow } from './outbox-row.ts'
import type { Transport } from './transport.ts'

export interface Relay extends OutboxPublisher {
  start(): void
  /** Stops claiming, waits some seconds for what is in flight, hands the rest back. */
  stop(): Promise<void>
  /** Looks for rows now instead of at the next interval. */
  wake(): void
  /** Makes rows due that no queue took; for the transport to call after it has declared queues. */
  releaseUnroutable(): void
  /** Nothing before this id is open, but for what was committed long after it was emitted. */
  readonly openFrom: string
  /**
   * Publishes events of these topics once more that a lost queue may have held; for the transport to call.
   * @param ofThisSession seconds: what was published within them is published again, and does not count as lost
   */
  publishAgain(topics: string[], ofThisSession: number): Promise<void>
}

/** Seconds until rows of a relay that died are free for another. Publishing a batch takes far less. */
const LEASE_SECONDS = 10
/** Rows that wait in memory for their turn; beyond that they wait in the table. */
const MEMORY_LIMIT = 5_000
const PURGE_BATCH = 1_000
/** Events that are committed so much later than they were emitted are left to the next look at everything. */
const LATE_COMMIT_MS = 60_000
const LOOK_AT_ALL_EVERY_MS = 300_000
const FIRST_ID = leastUUIDv7(0)
/** How long a stopping relay waits for the broker's word on what is in flight. A broker that is full gives none. */
const STOP_PATIENCE_MS = 2_000
/** Events on their way at the same time, in as many batches as that makes. The broker syncs to disk for all of them at once. */
const IN_FLIGHT = 2_000
const MOST_LANES = 16

/**
 * Moves committed events from the outbox to the broker, at least once and each as soon as it is committed.
 * Rows of this process come in memory straight after their commit (they were born leased to it); polling
 * is the net for the rest: rows of dead processes, failed ones that are due, those committed without a broker.
 */
export function createRelay(options: { pool: pg.Pool; transport: Transport; settings: BrokerConfig }): Relay {
  const { pool, transport, settings } = options
  const owner = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`
  let memory: OutboxRow[] = []
  let stopping = false
  let loop: Promise<void> = Promise.resolve()
  let ring: () => void = () => undefined
  let rung = false
  let claimDue = true
  /** The latest look for leftovers, by `performance.now()`. */
  let lookedAt = 0
  let openFrom = FIRST_ID
  let lookedAtAll = 0
  let looks = 0
  const stop = new AbortController()
  const lanes = new Set<Promise<void>>()
  const mostLanes = Math.min(Math.max(2, Math.ceil(IN_FLIGHT / settings.OUTBOX_BATCH_SIZE)), MOST_LANES)
  /** Lanes that are confirmed while a statement runs share the next one. */
  const complete = gathered((ids: string[]) => completeOutboxRows(pool, ids))
  const outage = outageOf('the relay could not work; it tries again at the next interval')

  const wake = () => {
    rung = true
    ring()
  }

  async function run(): Promise<void> {
    let lastPurge = Date.now()
    while (!stopping) {
      try {
        if (transport.ready && (await step())) continue
        if (Date.now() - lastPurge > 60_000) {
          lastPurge = Date.now()
          while (
            (await purgeOutboxRows(pool, settings.OUTBOX_RETENTION_SECONDS, PURGE_BATCH)) === PURGE_BATCH
          );
        }
      } catch (error) {
        outage.failed(error)
      }
      await rest()
    }
  }

  /** Sleeps until rows come or the interval is over. */
  async function rest(): Promise<void> {
    if (!rung) {
      const waking = new Promise<void>((resolve) => {
        ring = resolve
      })
      const tick = new AbortController()
      const sleep = delay(settings.OUTBOX_PROCESSING_INTERVAL * 1_000, 'tick', {
        signal: AbortSignal.any([stop.signal, tick.signal]),
      }).catch(() => 'tick')
      if ((await Promise.race([waking, sleep])) === 'tick') claimDue = true
      tick.abort()
    }
    rung = false
  }

  /** Sends one batch on its way. True when there may be more to do at once. */
  async function step(): Promise<boolean> {
    const rows = await take()
    if (rows.length === 0) return false
    failPoint('relay.after-claim')
    const lane = publish(rows)
      .then(outage.worked, outage.failed)
      .finally(() => lanes.delete(lane))
    lanes.add(lane)
    // The next batch is claimed while this one waits for its confirms: neither database nor broker stands idle.
    if (lanes.size >= mostLanes) await Promise.race(lanes)
    return true
  }

  /**
   * Rows of this process first; then, when it is time to look, leftovers of all. Once that time is long over they come
   * first: a process that always has rows of its own would never look.
   */
  async function take(): Promise<OutboxRow[]> {
    const overdue = performance.now() - lookedAt > settings.OUTBOX_PROCESSING_INTERVAL * 1_000
    if (memory.length > 0 && !overdue) return fromMemory()
    if (!claimDue && !overdue) return []
    const leftovers = await claimLeftovers()
    return leftovers.length > 0 ? leftovers : fromMemory()
  }

  function fromMemory(): OutboxRow[] {
    const rows = memory.slice(0, settings.OUTBOX_BATCH_SIZE)
    memory = memory.slice(rows.length)
    return rows
  }

  async function claimLeftovers(): Promise<OutboxRow[]> {
    if (Date.now() - lookedAtAll > LOOK_AT_ALL_EVERY_MS) lookAtAll()
    const limit = settings.OUTBOX_BATCH_SIZE
    const from = openFrom
    const look = looks
    claimDue = false
    lookedAt = performance.now()
    const rows = await claimOutboxRows(pool, { owner, leaseSeconds: LEASE_SECONDS, limit, from })
    if (rows.length === limit) claimDue = true
    else await beginLater(from, look)
    outage.worked()
    return rows
  }

  /** The next look begins where this one found the oldest, unless somebody has asked for everything meanwhile. */
  async function beginLater(from: string, look: number): Promise<void> {
    const oldest = await oldestOpenId(pool, from)
    const latest = leastUUIDv7(Date.now() - LATE_COMMIT_MS)
    if (look === looks) openFrom = oldest !== undefined && oldest < latest ? oldest : latest
  }

  /** Rows of any age may be open. */
  function lookAtAll(): void {
    looks += 1
    openFrom = FIRST_ID
    lookedAtAll = Date.now()
    claimDue = true
  }

  async function publish(rows: OutboxRow[]): Promise<void> {
    const outcomes = await transport.publish(rows)
    failPoint('relay.after-publish')
    const confirmed = outcomes.filter((one) => one.outcome === 'confirmed').map((one) => one.id)
    const refused = outcomes.filter((one) => one.outcome === 'refused')
    const interrupted = outcomes.filter((one) => one.outcome === 'interrupted').map((one) => one.id)
    relayMetrics.published.inc(confirmed.length)
    relayMetrics.refused.inc(refused.length)
    if (confirmed.length > 0) await complete(confirmed)
    if (interrupted.length > 0) await returnOutboxRows(pool, interrupted, owner)
    if (refused.length > 0) {
      log.error({ events: refused }, 'the broker refused events; they stay in the outbox as FAILED')
      const failures = refused.map(({ id, reason }) => ({ id, reason }))
      await failOutboxRows(pool, failures, {
        maxRetries: settings.OUTBOX_MAX_RETRIES,
        delaySeconds: settings.OUTBOX_RETRY_DELAY,
      })
    }
  }

  return {
    owner,
    leaseSeconds: LEASE_SECONDS,
    get ready() {
      return !stopping && transport.ready && memory.length < MEMORY_LIMIT
    },
    committed(rows) {
      memory.push(...rows)
      wake()
    },
    get openFrom() {
      return openFrom
    },
    wake() {
      lookAtAll()
      wake()
    },
    releaseUnroutable() {
      releaseUnroutableRows(pool).then(
        (released) => {
          if (released === 0) return
          lookAtAll()
          wake()
        },
        (error: unknown) => log.warn({ err: error }, 'could not release events that no queue had taken'),
      )
    },
    async publishAgain(topics, ofThisSession) {
      // Nothing older is left in the outbox.
      const horizon = Math.min(settings.OUTBOX_REPUBLISH_SECONDS, settings.OUTBOX_RETENTION_SECONDS)
      const { events, lost } = await publishAgain(pool, topics, horizon, ofThisSession)
      relayMetrics.publishedAgain.inc(lost)
      if (events === 0) return
      if (lost > 0) log.warn({ topics, events }, 'publishing again what a lost queue may have held')
      else log.info({ events }, 'publishing again what was published before every queue was declared')
      lookAtAll()
      wake()
    },
    start() {
      transport.open(() => {
        claimDue = true
        wake()
      })
      loop = run()
    },
    async stop() {
      stopping = true
      stop.abort()
      ring()
      const proofs = loop.then(() => Promise.all(lanes))
      await Promise.race([proofs, delay(STOP_PATIENCE_MS, undefined, { ref: false })])
      // Interrupts what is in flight still, which then goes back to the table.
      await transport.close()
      await proofs
      const left = memory.map((row) => row.id)
      if (left.length > 0) await returnOutboxRows(pool, left, owner).catch(leftToTheLease)
    },
  }
}

/** The database is away while we stop: the rows are free again when their lease runs out. */
const leftToTheLease = (error: unknown) => log.warn({ err: error }, 'could not hand events back')
