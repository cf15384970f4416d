import type { CloudEvent } from '@alta/contracts/cloud-event'
import { log } from '../telemetry/log.ts'
import { type Delivery, takeEffect } from './delivery.ts'
import type { HandlerScope } from './handlers.ts'
import { completeLeased, type InboxKey, renewLease } from './inbox.ts'
import { type HandlerLimit, withinLimit } from './message-transaction.ts'

/** Until another process may take over the work of one that died. */
export const LEASE_SECONDS = 15

/** Thrown to roll back when another process has taken the message over. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/**
 * Runs work whose inbox row is leased to `owner`, renews the lease meanwhile, and commits the effect together
 * with the row: a worker whose lease was taken over cannot commit, however late it wakes up.
 * @throws what `run` or `commit` throws; an error when the time limit is over; {@link LeaseLost}
 */
export async function runLeased(
  delivery: Delivery,
  options: {
    appId: string
    key: InboxKey
    owner: string
    /** Of `commit`. */
    limit: HandlerLimit
    stopping: AbortSignal
    inTransaction<Result>(
      event: CloudEvent,
      work: (scope: HandlerScope<unknown>) => Promise<Result>,
    ): Promise<Result>
  },
): Promise<void> {
  const { subscription, event, data, message } = delivery
  const { key, owner, inTransaction } = options
  const over = new AbortController()
  let progress: number | null = null

  const beat = async () => {
    const lease = { owner, seconds: LEASE_SECONDS, progress }
    const held = await inTransaction(event, ({ tx }) => renewLease(tx, key, lease))
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
    const signal = AbortSignal.any([over.signal, options.stopping])
    const report = (fraction: number) => {
      progress = Math.min(1, Math.max(0, fraction))
    }
    const result = await orAborted(signal, subscription.run(data, { signal, message, progress: report }))
    await inTransaction(event, async (scope) => {
      if ((await completeLeased(scope.tx, [{ key }], owner)).size === 0)
        throw new LeaseLost('the lease ran out before the commit')
      await withinLimit(options.limit, () => takeEffect(options.appId, delivery, result, scope))
    })
  } finally {
    clearInterval(heartbeat)
    clearTimeout(limit)
  }
}

/** Settles when the work does, or rejects at once when the signal is aborted: work that ignores it holds nobody up. */
function orAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    work.then(resolve, reject)
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
