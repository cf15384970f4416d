import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type CloudEvent, cloudEvent } from '@alta/contracts/cloud-event'
import type { BrokerConfig } from '../config/environment.ts'
import type { Database } from '../database/database.ts'
import { withContext } from '../http/request-context.ts'
import { log } from '../telemetry/log.ts'
import { withSpanFrom } from '../telemetry/tracing.ts'
import { type Delivery, inboxKeyOf, messageOf, openDelivery } from './delivery.ts'
import { PermanentError } from './errors.ts'
import { inboxMetrics } from './event-metrics.ts'
import type { HandlerScope, Subscription } from './handlers.ts'
import {
  claimDueMessages,
  completeLeased,
  type InboxKey,
  receiveCompleted,
  receiveWork,
  returnLeased,
} from './inbox.ts'
import { LEASE_SECONDS, LeaseLost, runLeased } from './leased-work.ts'
import { createParking } from './parking.ts'

/** What daprd is answered: these words, in code and in logs. */
export type DeliveryResult = 'SUCCESS' | 'RETRY' | 'DROP'

export interface Inbox {
  /** Handles one delivery of a topic. Never rejects. */
  receive(topic: string, body: unknown): Promise<DeliveryResult>
  /** Handles again what is due: parked messages and those of workers that died. Returns how many it took. */
  retryDue(limit: number): Promise<number>
  /** Handlers at work now. */
  readonly running: number
  /** Aborts long work and hands it back; waits up to `milliseconds` for handlers to end. */
  stop(milliseconds: number): Promise<void>
}

/** The read side of messaging: every message has its effect once, however often and wherever it is delivered. */
export function createInbox<Schema>(options: {
  database: Database<Schema>
  subscriptions: readonly Subscription[]
  settings: Pick<BrokerConfig, 'INBOX_MAX_RETRIES' | 'INBOX_RETRY_DELAY'>
}): Inbox {
  // Inbox statements touch the kit's tables only, whatever else the service's schema holds.
  const database = options.database as unknown as Database<unknown>
  const { settings } = options
  const { appId } = database
  const owner = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`
  const byTopic = new Map(options.subscriptions.map((one) => [one.contract.topic, one]))
  const stopping = new AbortController()
  const atWork = new Set<Promise<unknown>>()
  /** Messages whose leased work this process is doing now. */
  const leased = new Set<string>()
  const parking = createParking({ appId, owner, settings, inTransaction, stopping: stopping.signal })

  function inTransaction<Result>(
    event: CloudEvent,
    work: (scope: HandlerScope<unknown>) => Promise<Result>,
  ): Promise<Result> {
    return database.transaction(event.tenantid, (scope) => work({ ...scope, message: messageOf(event) }))
  }

  async function receive(topic: string, body: unknown): Promise<DeliveryResult> {
    const envelope = cloudEvent.safeParse(body)
    if (!envelope.success) {
      log.error({ topic, faults: envelope.error.issues }, 'DROP: the delivery is not a valid CloudEvent')
      return 'DROP'
    }
    const event = envelope.data
    if (event.replayfor !== undefined && event.replayfor !== appId) return 'SUCCESS'
    return inSpan(event, () => receiveOnce(topic, event, inboxKeyOf(appId, topic, event)))
  }

  async function receiveOnce(topic: string, event: CloudEvent, key: InboxKey): Promise<DeliveryResult> {
    try {
      const delivery = openDelivery(byTopic.get(topic), topic, event)
      const isNew =
        delivery.subscription.kind === 'on' ? await handleNow(delivery, key) : await workNow(delivery, key)
      inboxMetrics.handled.inc({ topic, outcome: isNew ? 'success' : 'duplicate' })
      return 'SUCCESS'
    } catch (error) {
      return afterFailure(topic, event, key, error)
    }
  }

  /** The inbox row and the effect in one transaction. False for a message that was handled before. */
  function handleNow({ subscription, event, data }: Delivery, key: InboxKey): Promise<boolean> {
    return inTransaction(event, async (scope) => {
      if ((await receiveCompleted(scope.tx, key, event)) !== 'new') return false
      await subscription.commit(undefined, { ...scope, data })
      return true
    })
  }

  /** The inbox row first, as a lease that outlives this process if it must; then the work. */
  async function workNow(delivery: Delivery, key: InboxKey): Promise<boolean> {
    const { event } = delivery
    const lease = { owner, seconds: LEASE_SECONDS }
    if ((await inTransaction(event, ({ tx }) => receiveWork(tx, key, event, lease))) !== 'new') return false
    await doLeased(delivery, key)
    return true
  }

  async function doLeased(delivery: Delivery, key: InboxKey): Promise<void> {
    leased.add(wordOf(key))
    try {
      await runLeased(delivery, { key, owner, inTransaction, stopping: stopping.signal })
    } finally {
      leased.delete(wordOf(key))
    }
  }

  /** Handles a message again that this process has claimed from the inbox. */
  async function repeat(event: CloudEvent, key: InboxKey): Promise<void> {
    const { topic } = event
    try {
      const delivery = openDelivery(byTopic.get(topic), topic, event)
      if (delivery.subscription.kind === 'work') {
        await doLeased(delivery, key)
      } else {
        await inTransaction(event, async (scope) => {
          if (!(await completeLeased(scope.tx, key, owner))) throw new LeaseLost('the lease ran out')
          await delivery.subscription.commit(undefined, { ...scope, data: delivery.data })
        })
      }
      inboxMetrics.handled.inc({ topic, outcome: 'success' })
      log.info({ topic, messageId: event.id }, 'handled after an earlier failure')
    } catch (error) {
      await afterFailure(topic, event, key, error)
    }
  }

  async function afterFailure(
    topic: string,
    event: CloudEvent,
    key: InboxKey,
    error: unknown,
  ): Promise<DeliveryResult> {
    if (error instanceof LeaseLost) return 'SUCCESS'
    // Not the message's fault: the broker delivers it again, and leased work is handed back by `stop`.
    if (stopping.signal.aborted) return 'RETRY'
    const parked = await parking.park({ subscription: byTopic.get(topic), event, key }, error)
    return parked ? 'SUCCESS' : 'RETRY'
  }

  /** Everything a delivery does belongs to the event's trace and is found by its correlation id. */
  function inSpan<Result>(event: CloudEvent, handle: () => Promise<Result>): Promise<Result> {
    const { id, topic, correlationid, traceparent } = event
    const context = { requestId: id, correlationId: correlationid, causationId: id }
    const attributes = {
      'messaging.system': 'rabbitmq',
      'messaging.destination.name': topic,
      'messaging.message.id': id,
    }
    const observe = inboxMetrics.duration.startTimer({ topic })
    const handling = withContext(context, () =>
      withSpanFrom(traceparent, `handle ${topic}`, attributes, handle),
    )
    atWork.add(handling)
    return handling.finally(() => {
      observe()
      atWork.delete(handling)
    })
  }

  return {
    receive,
    get running() {
      return atWork.size
    },
    async retryDue(limit) {
      const lease = { owner, seconds: LEASE_SECONDS, limit, maximumLosses: settings.INBOX_MAX_RETRIES }
      const due = await database.system(({ tx }) => claimDueMessages(tx, lease))
      for (const { event, handler, lostTooOften } of due) {
        const key = { messageId: event.id, source: event.source, handler }
        // Our own lease ran out while the database was away, and nobody else has taken the work over: it goes on.
        if (leased.has(wordOf(key))) continue
        void inSpan<unknown>(event, () =>
          lostTooOften ? afterFailure(event.topic, event, key, workerLost()) : repeat(event, key),
        )
      }
      return due.length
    },
    async stop(milliseconds) {
      stopping.abort(new Error('the service is stopping'))
      const patience = new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
      await Promise.race([Promise.allSettled(atWork), patience])
      await database
        .system(({ tx }) => returnLeased(tx, owner))
        // The database is away while we stop: the work is free again when its lease runs out.
        .catch((error: unknown) => log.warn({ err: error }, 'could not hand work back'))
    },
  }
}

const wordOf = ({ source, messageId, handler }: InboxKey): string => `${source} ${messageId} ${handler}`

/** Whatever process held this message died, again and again: the message is poison. */
const workerLost = () =>
  new PermanentError('worker_lost', 'every process that handled this message ended without a word')
