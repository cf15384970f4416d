import { AsyncLocalStorage } from 'node:async_hooks'
import type { OpenTransaction } from './database.ts'

/**
 * One request's transaction, begun by the first `transaction` or `system` call inside it and ended by whoever
 * opened the unit. It lets an answer be stored in the transaction that made it true (see idempotency.ts).
 */
interface Unit {
  /** Sees the transaction before anybody else does. */
  readonly begun: (transaction: OpenTransaction<unknown>) => Promise<void>
  /** Set by the first writer; later readers and writers of the unit share it. */
  transaction?: Promise<OpenTransaction<unknown>>
  /** Its transaction has ended: what still runs in its context and comes now is on its own. */
  over: boolean
}

const units = new AsyncLocalStorage<Unit>()

/**
 * Runs `work` as one unit: what it wrote is committed after `finish`, or rolled back when any of the three throws.
 * @param steps.begun sees the transaction when the first writer begins it: until then no connection is held,
 *   so that hashing a password or writing a file beforehand keeps none from others
 * @param steps.finish sees the transaction, if any was begun, and the result; its writes commit with the rest
 */
export async function asOneUnit<Result>(
  work: () => Promise<Result>,
  steps: {
    begun(transaction: OpenTransaction<unknown>): Promise<void>
    finish(transaction: OpenTransaction<unknown> | undefined, result: Result): Promise<void>
  },
): Promise<Result> {
  const unit: Unit = { begun: steps.begun, over: false }
  let result: Result
  try {
    result = await units.run(unit, work)
    unit.over = true
    await steps.finish(await unit.transaction, result)
  } catch (error) {
    unit.over = true
    const begun = await unit.transaction?.catch(() => undefined)
    await begun?.rollback()
    throw error
  }
  await (await unit.transaction)?.commit()
  return result
}

/**
 * The transaction of the unit around the caller, begun now when a writer is the first to come.
 * Undefined outside of a unit, after its end, and for reads before anything was written.
 */
export async function joinedUnit<Schema>(
  tenant: string,
  mode: 'read write' | 'read only',
  begin: () => Promise<OpenTransaction<Schema>>,
): Promise<OpenTransaction<Schema> | undefined> {
  const unit = units.getStore()
  if (!unit || unit.over || (mode === 'read only' && !unit.transaction)) return undefined
  // A unit belongs to one service and so to one schema.
  unit.transaction ??= beginIn(unit, begin as unknown as () => Promise<OpenTransaction<unknown>>)
  const transaction = (await unit.transaction) as unknown as OpenTransaction<Schema>
  if (transaction.tenant !== tenant && transaction.tenant !== '*') {
    throw new Error('a request with an Idempotency-Key may change one tenant only')
  }
  return transaction
}

async function beginIn(
  unit: Unit,
  begin: () => Promise<OpenTransaction<unknown>>,
): Promise<OpenTransaction<unknown>> {
  const transaction = await begin()
  try {
    await unit.begun(transaction)
  } catch (error) {
    await transaction.rollback()
    throw error
  }
  return transaction
}
