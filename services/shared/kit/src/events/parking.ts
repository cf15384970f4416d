import type { CloudEvent } from '@alta/contracts/cloud-event'
import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import type { BrokerConfig } from '../config/environment.ts'
import { asUnavailable } from '../http/unavailable.ts'
import { log } from '../telemetry/log.ts'
import { type Failure, failureOf } from './errors.ts'
import type { HandlerScope, Subscription } from './handlers.ts'
import { holdUntil } from './hold.ts'
import { baseHandler, type FailureHistory, type InboxMessage, recordFailure } from './inbox.ts'
import { inboxMetrics } from './inbox-metrics.ts'
import { type HandlerLimit, withinLimit } from './message-transaction.ts'

const LONGEST_RETRY_SECONDS = 300

export interface Parking {
  /**
   * Keeps a failed message for another attempt, or gives it up and tells everybody in the same transaction.
   * Does not come back before one of the two is committed, or the service stops.
   * @returns whether it is committed
   */
  park(message: InboxMessage & { subscription: Subscription | undefined }, thrown: unknown): Promise<boolean>
}

export function createParking(options: {
  appId: string
  /** Holder of this process's leases. */
  owner: string
  settings: Pick<BrokerConfig, 'INBOX_MAX_RETRIES' | 'INBOX_RETRY_DELAY'>
  inTransaction<Result>(
    event: CloudEvent,
    work: (scope: HandlerScope<unknown>) => Promise<Result>,
  ): Promise<Result>
  /** Of `exhausted`. */
  limit: HandlerLimit
  stopping: AbortSignal
}): Parking {
  const { appId, owner, settings, stopping } = options

  /** Seconds until the next attempt, with up to a fifth more so that what failed together does not return together. */
  const retryInSeconds = (attempts: number): number | undefined =>
    attempts > settings.INBOX_MAX_RETRIES
      ? undefined
      : Math.min(settings.INBOX_RETRY_DELAY * 2 ** (attempts - 1), LONGEST_RETRY_SECONDS) *
        (1 + Math.random() / 5)

  async function parkOnce(
    message: InboxMessage,
    subscription: Subscription | undefined,
    failure: Failure,
  ): Promise<void> {
    const { event } = message
    const retryIn = event.replayattempts === '1' ? () => undefined : retryInSeconds
    const outcome = await options.inTransaction(event, async (scope) => {
      const recorded = await recordFailure(scope.tx, message, owner, failure, retryIn)
      if (recorded.givenUp) await giveUp(message, subscription, failure, recorded, scope)
      return recorded
    })
    if (outcome.attempts === 0) return
    const { topic } = event
    const words = { topic, messageId: event.id, attempts: outcome.attempts, failure }
    if (outcome.givenUp) log.error(words, 'gave a message up; it is a dead letter now')
    else log.warn(words, 'parked a message for another attempt')
    inboxMetrics.handled.inc({ topic, outcome: outcome.givenUp ? 'given_up' : 'parked' })
  }

  async function giveUp(
    { event, key }: InboxMessage,
    subscription: Subscription | undefined,
    failure: Failure,
    { attempts, history }: { attempts: number; history: FailureHistory },
    scope: HandlerScope<unknown>,
  ): Promise<void> {
    const { permanent: _always, ...reason } = failure
    // A failure to handle this very event would be told for ever, each time with one more inside. The row stays.
    if (event.topic !== messageFailed.topic) {
      const handler = baseHandler(key.handler)
      scope.emit(messageFailed, { app: appId, handler, event, attempts, ...reason, history })
    }
    const data = subscription?.contractOf(event.topic)?.schema.safeParse(event.data)
    if (!subscription || !data?.success) return
    const given = { ...failure, permanent: true }
    await withinLimit(options.limit, () =>
      subscription.exhausted(given, { ...scope, event, data: data.data }),
    )
  }

  return {
    park({ subscription, event, key }, thrown) {
      const failure = failureOf(thrown)
      // Without `exhausted`, once that has shown to be what fails: a dead letter that told nobody is still found,
      // a delivery that is held for ever is not.
      let told = subscription
      return holdUntil(() => parkOnce({ event, key }, told, failure), {
        stopping,
        failed(error) {
          const words = { err: error, topic: event.topic, messageId: event.id, failure }
          log.error(words, 'could not even park a message')
          if (asUnavailable(error) === undefined) told = undefined
        },
      })
    },
  }
}
