import { setTimeout as delay } from 'node:timers/promises'
import type { CloudEvent } from '@alta/contracts/cloud-event'
import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import type { BrokerConfig } from '../config/environment.ts'
import { asUnavailable } from '../http/unavailable.ts'
import { log } from '../telemetry/log.ts'
import { type Failure, failureOf } from './errors.ts'
import { inboxMetrics } from './event-metrics.ts'
import type { HandlerScope, Subscription } from './handlers.ts'
import { type FailureHistory, type InboxKey, recordFailure } from './inbox.ts'

const LONGEST_RETRY_SECONDS = 300

export interface Parking {
  /**
   * Keeps a failed message for another attempt, or gives it up and tells everybody in the same transaction.
   * Does not come back before one of the two is committed, or the service stops.
   * @returns whether it is committed
   */
  park(
    message: { subscription: Subscription | undefined; event: CloudEvent; key: InboxKey },
    thrown: unknown,
  ): Promise<boolean>
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
    subscription: Subscription | undefined,
    event: CloudEvent,
    key: InboxKey,
    failure: Failure,
    { quietly }: { quietly: boolean },
  ): Promise<void> {
    const outcome = await options.inTransaction(event, async (scope) => {
      const recorded = await recordFailure(scope.tx, key, owner, event, failure, retryInSeconds)
      if (recorded.givenUp)
        await giveUp(quietly ? undefined : subscription, event, key, failure, recorded, scope)
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
    subscription: Subscription | undefined,
    event: CloudEvent,
    key: InboxKey,
    { errorClass, message, stack }: Failure,
    { attempts, history }: { attempts: number; history: FailureHistory },
    scope: HandlerScope<unknown>,
  ): Promise<void> {
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
    const data = subscription?.contract.schema.safeParse(event.data)
    if (data?.success) {
      await subscription?.exhausted(
        { errorClass, message, stack, permanent: true },
        { ...scope, data: data.data },
      )
    }
  }

  return {
    async park({ subscription, event, key }, thrown) {
      const failure = failureOf(thrown)
      // Without `exhausted`, once that has shown to be what fails: a dead letter that told nobody is still found,
      // a delivery that is held for ever is not.
      let quietly = false
      for (let wait = 500; ; wait = Math.min(wait * 2, 10_000)) {
        try {
          await parkOnce(subscription, event, key, failure, { quietly })
          return true
        } catch (error) {
          log.error(
            { err: error, topic: event.topic, messageId: event.id, failure },
            'could not even park a message',
          )
          quietly ||= asUnavailable(error) === undefined
          // The database is away. Holding the delivery costs a prefetch slot; refusing it would use up daprd's
          // attempts, and a long outage would end in the dead letters what is no fault of any message.
          await delay(wait, undefined, { signal: stopping }).catch(() => undefined)
          if (stopping.aborted) return false
        }
      }
    },
  }
}
