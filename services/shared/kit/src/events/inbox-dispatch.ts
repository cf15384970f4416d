import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type CloudEvent, cloudEvent } from '@alta/contracts/cloud-event'
import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import type { BrokerConfig } from '../config/environment.ts'
import type { Database, TransactionScope } from '../database/database.ts'
import { withContext } from '../http/request-context.ts'
import { log } from '../telemetry/log.ts'
import { withSpanFrom } from '../telemetry/tracing.ts'
import { type Failure, failureOf, PermanentError } from './errors.ts'
import { inboxMetrics } from './event-metrics.ts'
import type { Delivery, HandlerScope, Subscription } from './handlers.ts'
import {
  claimDueMessages,
  completeLeased,
  type InboxKey,
  receiveCompleted,
  receiveWork,
  recordFailure,
  renewLease,
  returnLeased,
} from './inbox.ts'
import { handlerOf } from './names.ts'

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

const LEASE_SECONDS = 15
const LONGEST_RETRY_SECONDS = 300

/** Thrown to roll back when another process has taken the message over. */
class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

export function createInbox<Schema>(options: {
  database: Database<Schema>
  subscriptions: readonly Subscription[]
  settings: Pick<BrokerConfig, 'INBOX_MAX_RETRIES' | 'INBOX_RETRY_DELAY'>
}): Inbox {
  const { database, settings } = options
  const { appId } = database
  const owner = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`
  const byTopic = new Map(options.subscriptions.map((one) => [one.contract.topic, one]))
  const stopping = new AbortController()
  const atWork = new Set<Promise<unknown>>()

  const retryInSeconds = (attempts: number): number | undefined =>
    attempts > settings.INBOX_MAX_RETRIES
      ? undefined
      : Math.min(settings.INBOX_RETRY_DELAY * 2 ** (attempts - 1), LONGEST_RETRY_SECONDS)

  async function receive(topic: string, body: unknown): Promise<DeliveryResult> {
    const envelope = cloudEvent.safeParse(body)
    if (!envelope.success) {
      log.error({ topic, faults: envelope.error.issues }, 'DROP: the delivery is not a valid CloudEvent')
      return 'DROP'
    }
    const event = envelope.data
    if (event.replayfor !== undefined && event.replayfor !== appId) return 'SUCCESS'
    return inSpan(event, () => receiveOnce(topic, event))
  }

  async function receiveOnce(topic: string, event: CloudEvent): Promise<DeliveryResult> {
    const key = keyOf(event, topic)
    try {
      const { subscription, delivery } = open(topic, event)
      if (subscription.kind === 'on') {
        const handled = await inTransaction(event, async (scope) => {
          if ((await receiveCompleted(scope.tx, key, event)) !== 'new') return false
          await subscription.commit(undefined, { ...scope, data: delivery.data })
          return true
        })
        inboxMetrics.handled.inc({ topic, outcome: handled ? 'success' : 'duplicate' })
        return 'SUCCESS'
      }
      const lease = { owner, seconds: LEASE_SECONDS }
      const reception = await database.transaction(event.tenantid, ({ tx }) =>
        receiveWork(erase(tx), key, event, lease),
      )
      if (reception === 'new') await workOn(subscription, delivery, key)
      inboxMetrics.handled.inc({ topic, outcome: reception === 'new' ? 'success' : 'duplicate' })
      return 'SUCCESS'
    } catch (error) {
      return park(topic, event, key, error)
    }
  }

  /** Runs work under its lease and commits its effect. @throws what `run` or `commit` throws */
  async function workOn(
    subscription: Subscription,
    { event, data, message }: Delivery,
    key: InboxKey,
  ): Promise<void> {
    const over = new AbortController()
    let progress: number | null = null
    const beat = async () => {
      const lease = { owner, seconds: LEASE_SECONDS, progress }
      const held = await database.transaction(event.tenantid, ({ tx }) => renewLease(erase(tx), key, lease))
      if (!held) over.abort(new LeaseLost('another worker has taken this message over'))
    }
    const heartbeat = setInterval(
      () => {
        beat().catch((error: unknown) =>
          log.warn({ err: error, messageId: key.messageId }, 'could not renew a lease'),
        )
      },
      (LEASE_SECONDS * 1_000) / 3,
    )
    const limit = setTimeout(() => {
      over.abort(new Error(`the work took longer than its limit of ${subscription.timeLimit / 1_000} s`))
    }, subscription.timeLimit)
    try {
      const signal = AbortSignal.any([over.signal, stopping.signal])
      const report = (fraction: number) => {
        progress = Math.min(1, Math.max(0, fraction))
      }
      const result = await orAborted(signal, subscription.run(data, { signal, message, progress: report }))
      await inTransaction(event, async (scope) => {
        if (!(await completeLeased(scope.tx, key, owner)))
          throw new LeaseLost('the lease ran out before the commit')
        await subscription.commit(result, { ...scope, data })
      })
    } finally {
      clearInterval(heartbeat)
      clearTimeout(limit)
    }
  }

  /** Handles a message again that this process has claimed from the inbox. */
  async function repeat(event: CloudEvent, handler: string): Promise<void> {
    const { topic } = event
    const key = { ...keyOf(event, topic), handler }
    try {
      const { subscription, delivery } = open(topic, event)
      if (subscription.kind === 'work') {
        await workOn(subscription, delivery, key)
      } else {
        await inTransaction(event, async (scope) => {
          if (!(await completeLeased(scope.tx, key, owner))) throw new LeaseLost('the lease ran out')
          await subscription.commit(undefined, { ...scope, data: delivery.data })
        })
      }
      inboxMetrics.handled.inc({ topic, outcome: 'success' })
      log.info({ topic, messageId: event.id }, 'handled after an earlier failure')
    } catch (error) {
      await park(topic, event, key, error)
    }
  }

  /** Whatever process held this message died, again and again: the message is poison. */
  async function refuse(event: CloudEvent, handler: string): Promise<void> {
    const key = { ...keyOf(event, event.topic), handler }
    const poison = new PermanentError(
      'worker_lost',
      'every process that handled this message ended without a word',
    )
    await park(event.topic, event, key, poison)
  }

  /** Keeps a failed message for another attempt, or gives it up and says so to everybody in the same transaction. */
  async function park(
    topic: string,
    event: CloudEvent,
    key: InboxKey,
    thrown: unknown,
  ): Promise<DeliveryResult> {
    if (thrown instanceof LeaseLost) return 'SUCCESS'
    // Not the message's fault: the broker delivers it again, and leased work is handed back by `stop`.
    if (stopping.signal.aborted) return 'RETRY'
    const failure = failureOf(thrown)
    try {
      const outcome = await inTransaction(event, async (scope) => {
        const recorded = await recordFailure(scope.tx, key, event, failure, retryInSeconds)
        if (recorded.givenUp) await giveUp(topic, event, key, failure, recorded, scope)
        return recorded
      })
      const words = { topic, messageId: event.id, attempts: outcome.attempts, err: thrown }
      if (outcome.givenUp) log.error(words, 'gave a message up; it is a dead letter now')
      else log.warn(words, 'parked a message for another attempt')
      inboxMetrics.handled.inc({ topic, outcome: outcome.givenUp ? 'given_up' : 'parked' })
      return 'SUCCESS'
    } catch (error) {
      log.error(
        { err: error, topic, messageId: event.id, first: failure },
        'RETRY: could not even park a message',
      )
      inboxMetrics.handled.inc({ topic, outcome: 'retry' })
      return 'RETRY'
    }
  }

  async function giveUp(
    topic: string,
    event: CloudEvent,
    key: InboxKey,
    failure: Failure,
    {
      attempts,
      history,
    }: { attempts: number; history: { at: string; errorClass: string; message: string }[] },
    scope: HandlerScope<unknown>,
  ): Promise<void> {
    const { errorClass, message, stack } = failure
    scope.emit(messageFailed, {
      app: appId,
      handler: key.handler,
      event,
      attempts,
      errorClass,
      message,
      stack,
      history,
    })
    const subscription = byTopic.get(topic)
    const data = subscription?.contract.schema.safeParse(event.data)
    if (subscription && data?.success) await subscription.exhausted(failure, { ...scope, data: data.data })
  }

  /** Finds the handler and checks the data. @throws {PermanentError} when there is none or the data is invalid */
  function open(topic: string, event: CloudEvent): { subscription: Subscription; delivery: Delivery } {
    const subscription = byTopic.get(topic)
    if (!subscription) throw new PermanentError('unknown_topic', `${appId} does not handle ${topic}`)
    const { contract } = subscription
    if (event.type !== contract.type) {
      throw new PermanentError(
        'unknown_type',
        `the event says ${event.type} where ${contract.type} is expected`,
      )
    }
    const data = contract.schema.safeParse(event.data)
    if (!data.success) {
      const faults = data.error.issues
        .map((issue) => `data.${issue.path.join('.')}: ${issue.message}`)
        .join('; ')
      throw new PermanentError('schema_validation_failed', faults)
    }
    return { subscription, delivery: { event, data: data.data, message: messageOf(event) } }
  }

  function inTransaction<Result>(
    event: CloudEvent,
    work: (scope: HandlerScope<unknown>) => Promise<Result>,
  ): Promise<Result> {
    return database.transaction(event.tenantid, ({ tx, emit }: TransactionScope<Schema>) =>
      work({ tx: erase(tx), emit, message: messageOf(event) }),
    )
  }

  /** Everything a delivery does belongs to the event's trace and is found by its correlation id. */
  function inSpan<Result>(event: CloudEvent, handle: () => Promise<Result>): Promise<Result> {
    const context = { requestId: event.id, correlationId: event.correlationid, causationId: event.id }
    const attributes = {
      'messaging.system': 'rabbitmq',
      'messaging.destination.name': event.topic,
      'messaging.message.id': event.id,
    }
    const observe = inboxMetrics.duration.startTimer({ topic: event.topic })
    const handling = withContext(context, () =>
      withSpanFrom(event.traceparent, `handle ${event.topic}`, attributes, handle),
    )
    atWork.add(handling)
    return handling.finally(() => {
      observe()
      atWork.delete(handling)
    })
  }

  function keyOf(event: CloudEvent, topic: string): InboxKey {
    const handler = handlerOf(appId, topic)
    // A replay runs under a key of its own, once for each replay.
    const replay = typeof event.replayid === 'string' ? `#${event.replayid}` : '#replay'
    return {
      messageId: event.id,
      source: event.source,
      handler: event.replayfor ? handler + replay : handler,
    }
  }

  return {
    receive,
    get running() {
      return atWork.size
    },
    async retryDue(limit) {
      const lease = { owner, seconds: LEASE_SECONDS, limit, maximumLosses: settings.INBOX_MAX_RETRIES }
      const due = await database.system(({ tx }) => claimDueMessages(erase(tx), lease))
      for (const { event, handler, lostTooOften } of due) {
        void inSpan(event, () => (lostTooOften ? refuse(event, handler) : repeat(event, handler)))
      }
      return due.length
    },
    async stop(milliseconds) {
      stopping.abort(new Error('the service is stopping'))
      const patience = new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
      await Promise.race([Promise.allSettled(atWork), patience])
      await database.system(({ tx }) => returnLeased(erase(tx), owner))
    },
  }
}

/** Inbox statements touch the kit's tables only, whatever the service's own schema. */
function erase<Schema>(tx: TransactionScope<Schema>['tx']): TransactionScope<unknown>['tx'] {
  return tx as unknown as TransactionScope<unknown>['tx']
}

function messageOf(event: CloudEvent): Delivery['message'] {
  return {
    id: event.id,
    source: event.source,
    topic: event.topic,
    subject: event.subject,
    tenantId: event.tenantid,
    correlationId: event.correlationid,
    sequence: event.sequence === undefined ? undefined : Number(event.sequence),
    time: new Date(event.time),
    replay: event.replayfor !== undefined,
    traceparent: event.traceparent,
  }
}

/** Settles when the work does, or rejects at once when the signal is aborted: work that ignores it holds nobody up. */
function orAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    work.then(resolve, reject)
  })
}
