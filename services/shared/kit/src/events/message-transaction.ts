import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { Database, OpenTransaction } from '../database/database.ts'
import { messageOf } from './delivery.ts'
import type { HandlerScope } from './handlers.ts'

/** Its name is the error class that operators see. */
export class HandlerTimeout extends Error {
  override readonly name = 'handler_timeout'

  constructor(milliseconds: number) {
    super(`the handler took longer than its limit of ${milliseconds / 1_000} s`)
  }
}

/** What a transaction hands to the handler of one of its messages. */
export const scopeOf = (transaction: OpenTransaction<unknown>, event: CloudEvent): HandlerScope<unknown> => ({
  tx: transaction.tx,
  emit: transaction.emitFor(event.tenantid),
  forward: transaction.forward,
  message: messageOf(event),
})

/** Thrown when a process ends before its handler did. */
class HandlerCut extends Error {
  override readonly name = 'handler_cut'
}

/** How long handlers may take. */
export interface HandlerLimit {
  milliseconds: number
  /** Aborted when the process will wait no longer. */
  ending: AbortSignal
}

/** @throws {HandlerTimeout} when `work` is not done in time; it is not waited for any longer */
export async function withinLimit<Result>(
  { milliseconds, ending }: HandlerLimit,
  work: () => Promise<Result>,
): Promise<Result> {
  const { promise: over, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new HandlerTimeout(milliseconds)), milliseconds)
  const cut = () => reject(new HandlerCut('the process ended before the handler did'))
  if (ending.aborted) cut()
  ending.addEventListener('abort', cut)
  try {
    return await Promise.race([work(), over])
  } finally {
    clearTimeout(timer)
    ending.removeEventListener('abort', cut)
  }
}

/**
 * One transaction, begun for one tenant, that commits when `work` is done. After a {@link HandlerTimeout} its
 * connection is destroyed: a handler that never returns keeps neither locks nor a place in the pool.
 */
export async function messageTransaction<Result>(
  database: Database<unknown>,
  tenantId: string,
  work: (transaction: OpenTransaction<unknown>) => Promise<Result>,
): Promise<Result> {
  const transaction = await database.begin(tenantId)
  let result: Result
  try {
    result = await work(transaction)
  } catch (error) {
    if (error instanceof HandlerTimeout || error instanceof HandlerCut) transaction.abandon()
    else await transaction.rollback()
    throw error
  }
  await transaction.commit()
  return result
}
