import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { hostname } from 'node:os'
import { type CloudEvent, cloudEvent } from '@alta/contracts/cloud-event'
import type { BrokerConfig } from '../config/environment.ts'
import type { Database } from '../database/database.ts'
import { failPoint } from '../fail-points.ts'
import { withContext } from '../http/request-context.ts'
import { log } from '../telemetry/log.ts'
import { withSpanFrom } from '../telemetry/tracing.ts'
import { fromDaprOutbox } from './dapr-outbox.ts'
import { type Delivery, inboxKeyOf, openDelivery } from './delivery.ts'
import { dueMessages } from './due-messages.ts'
import { createGatheredHandling, type Handled } from './gathered-handling.ts'
import type { HandlerScope, Subscription } from './handlers.ts'
import { holdUntil } from './hold.ts'
import { baseHandler, enterLeased, type InboxKey, type InboxMessage, returnLeased, wordOf } from './inbox.ts'
import { inboxMetrics } from './inbox-metrics.ts'
import { LEASE_SECONDS, LeaseLost, runLeased } from './leased-work.ts'
import { messageTransaction, scopeOf } from './message-transaction.ts'
import { handlerOf } from './names.ts'
import { createParking } from './parking.ts'
import { parkLeased, parkNew, watchPausedHandlers } from './paused-handlers.ts'
import { rejectDelivery } from './rejection.ts'

/** What daprd is answered: these words, in code and in logs. */
export type DeliveryResult = 'SUCCESS' | 'RETRY'

export type InboxSettings = Pick<
  BrokerConfig,
  'INBOX_MAX_RETRIES' | 'INBOX_RETRY_DELAY' | 'INBOX_HANDLER_SECONDS'
>

export interface Inbox {
  /** Handles one delivery of a topic. Never rejects. */
  receive(topic: string, body: unknown): Promise<DeliveryResult>
  /**
   * Handles again what is due: parked messages and those of workers that died. Returns how many it has taken,
   * after a second at the latest: as long as that is not 0 there may be more.
   */
  retryDue(): Promise<number>
  /** Handlers at work now. */
  readonly running: number
  /** Aborts long work and hands it back; waits up to `milliseconds` for handlers to end, then cuts them. */
  stop(milliseconds: number): Promise<void>
}

/**
 * After its start a process notes messages before it handles them, for so many milliseconds: if one of them ends the
 * process, as it may have ended the one before, it is the inbox that knows.
 */
const CAREFUL_AFTER_START = 20_000
/** Further lanes of all handlers together, as a part of the pool. */
const EXTRA_LANES_OF_POOL = 0.4

/** The read side of messaging: every message has its effect once, however often and wherever it is delivered. */
export function createInbox<Schema>(options: {
  database: Database<Schema>
  subscriptions: readonly Subscription[]
  settings: InboxSettings
}): Inbox {
  // Inbox statements touch the kit's tables only, whatever else the service's schema holds.
  const database = options.database as unknown as Database<unknown>
  const { settings } = options
  const { appId } = database
  const owner = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`
  const ending = new AbortController()
  // Each handler at work listens to it.
  setMaxListeners(0, ending.signal)
  const limit = { milliseconds: settings.INBOX_HANDLER_SECONDS * 1_000, ending: ending.signal }
  const paused = watchPausedHandlers(database)
  const extraLanes = { free: Math.max(1, Math.floor(database.pool.options.max * EXTRA_LANES_OF_POOL)) }
  const started = performance.now()
  const careful = () => performance.now() - started < CAREFUL_AFTER_START
  const handlers = new Map(
    options.subscriptions.map((subscription) => [
      handlerOf(appId, subscription.topic),
      {
        subscription,
        gathered: createGatheredHandling({
          database,
          subscription,
          owner,
          limit,
          paused,
          extraLanes,
          careful,
        }),
      },
    ]),
  )
  const handlerFor = ({ handler }: InboxKey) => handlers.get(baseHandler(handler))
  const stopping = new AbortController()
  const atWork = new Set<Promise<unknown>>()
  /** Messages that this process is handling, and what they come to. */
  const inHand = new Map<string, Promise<DeliveryResult>>()
  const parking = createParking({ appId, owner, settings, inTransaction, limit, stopping: stopping.signal })

  function inTransaction<Result>(
    event: CloudEvent,
    work: (scope: HandlerScope<unknown>) => Promise<Result>,
  ): Promise<Result> {
    return messageTransaction(database, event.tenantid, (transaction) => work(scopeOf(transaction, event)))
  }

  async function receive(topic: string, body: unknown): Promise<DeliveryResult> {
    const wrap = handlers.get(handlerOf(appId, topic))?.subscription.wrap
    const envelope = cloudEvent.safeParse(fromDaprOutbox(wrap ? wrap(body) : body))
    if (!envelope.success) {
      const rejected = await holdUntil(() => rejectDelivery(database, topic, body, envelope.error), {
        stopping: stopping.signal,
        failed: (error) => log.error({ err: error, topic }, 'could not even reject a delivery'),
      })
      return rejected ? 'SUCCESS' : 'RETRY'
    }
    const event = envelope.data
    if (event.replayfor !== undefined && event.replayfor !== appId) return 'SUCCESS'
    return once({ event, key: inboxKeyOf(appId, topic, event) }, { leased: false, alone: false })
  }

  /** What is delivered again while it is being handled comes to the same; long work is acknowledged meanwhile. */
  function once(message: InboxMessage, how: { leased: boolean; alone: boolean }): Promise<DeliveryResult> {
    const word = wordOf(message.key)
    const running = inHand.get(word)
    if (running) {
      inboxMetrics.handled.inc({ topic: topicOf(message.key), outcome: 'duplicate' })
      return handlerFor(message.key)?.subscription.kind === 'work' ? Promise.resolve('SUCCESS') : running
    }
    const handling = inSpan(message, () => handle(message, how)).finally(() => inHand.delete(word))
    inHand.set(word, handling)
    return handling
  }

  async function handle(
    { event, key }: InboxMessage,
    how: { leased: boolean; alone: boolean },
  ): Promise<DeliveryResult> {
    const topic = topicOf(key)
    try {
      const handler = handlerFor(key)
      const delivery = openDelivery(handler?.subscription, event)
      failPoint('inbox.before-work')
      const outcome =
        handler && delivery.subscription.kind === 'on'
          ? await handler.gathered.handle(delivery, key, how)
          : await doWork(delivery, key, how)
      failPoint('inbox.after-commit')
      inboxMetrics.handled.inc({ topic, outcome })
      if (outcome === 'success') inboxMetrics.lag.ended(topic, event)
      if (how.leased && outcome === 'success')
        log.info({ topic, messageId: event.id }, 'handled after an earlier failure')
      return 'SUCCESS'
    } catch (error) {
      return afterFailure({ event, key }, error)
    }
  }

  /** The inbox row first, as a lease that outlives this process if it must; then the work. */
  async function doWork(delivery: Delivery, key: InboxKey, how: { leased: boolean }): Promise<Handled> {
    const message = { event: delivery.event, key }
    const handler = baseHandler(key.handler)
    if ((await paused.current()).has(handler)) {
      await database.system(({ tx }) =>
        how.leased ? parkLeased(tx, [message], handler, owner) : parkNew(tx, [message], handler),
      )
      return 'paused'
    }
    if (!how.leased) {
      // Entered now it would be left to its lease, and the end of that counts as an attempt.
      stopping.signal.throwIfAborted()
      const lease = { owner, seconds: LEASE_SECONDS }
      const entered = await database.system(({ tx }) => enterLeased(tx, [message], lease))
      if (entered.size === 0) return 'duplicate'
    }
    await runLeased(delivery, { appId, key, owner, inTransaction, limit, stopping: stopping.signal })
    return 'success'
  }

  async function afterFailure(message: InboxMessage, error: unknown): Promise<DeliveryResult> {
    if (error instanceof LeaseLost) return 'SUCCESS'
    // Not the message's fault: the broker delivers it again, and leased work is handed back by `stop`.
    if (stopping.signal.aborted) return 'RETRY'
    const { subscription } = handlerFor(message.key) ?? {}
    return (await parking.park({ ...message, subscription }, error)) ? 'SUCCESS' : 'RETRY'
  }

  /** Everything a delivery does belongs to the event's trace and is found by its correlation id. */
  function inSpan<Result>({ event, key }: InboxMessage, handle: () => Promise<Result>): Promise<Result> {
    const { id, correlationid, traceparent } = event
    const topic = topicOf(key)
    const muted = event.effects === 'muted'
    const context = { requestId: id, correlationId: correlationid, causationId: id, muted }
    const attributes = {
      'messaging.system': 'rabbitmq',
      'messaging.destination.name': event.topic,
      'messaging.message.id': id,
    }
    const observe = inboxMetrics.duration.startTimer(topic, event)
    const handling = withContext(context, () =>
      withSpanFrom(traceparent, `handle ${event.topic}`, attributes, handle),
    )
    atWork.add(handling)
    return handling.finally(() => {
      observe()
      atWork.delete(handling)
    })
  }

  const topicOf = ({ handler }: InboxKey): string => baseHandler(handler).slice(appId.length + 1)

  const due = dueMessages({
    database,
    owner,
    // One attempt alone is everybody's right: it may be another message that ended the process.
    maximumLosses: Math.max(1, settings.INBOX_MAX_RETRIES),
    longWork: [...handlers]
      .filter(([, { subscription }]) => subscription.kind === 'work')
      .map(([name]) => name),
    paused,
    inHand: (key) => inHand.get(wordOf(key)),
    handle: (message, how) => once(message, { leased: true, ...how }),
    giveUp: (message, reason) => inSpan(message, () => afterFailure(message, reason)),
  })

  return {
    receive,
    retryDue: async () => (stopping.signal.aborted ? 0 : due.take()),
    get running() {
      return atWork.size
    },
    async stop(milliseconds) {
      stopping.abort(new Error('the service is stopping'))
      const patience = new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
      await Promise.race([Promise.allSettled(atWork), patience])
      ending.abort()
      await database
        .system(({ tx }) => returnLeased(tx, owner))
        // The database is away while we stop: the work is free again when its lease runs out.
        .catch((error: unknown) => log.warn({ err: error }, 'could not hand work back'))
    },
  }
}
