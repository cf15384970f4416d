import type { Database } from '@alta/kit/database/database'
import type { EventsSchema } from '../database/schema.ts'
import type { Settled } from '../store/settled.ts'
import { ensureModel, lockGenerations, moveOn } from './generation.repository.ts'
import type { ReadModel } from './read-model.ts'

/** Events in one transaction. */
const BATCH = 5_000
/** Transactions in one turn, so that a service that stops does not wait for a whole rebuild. */
const BATCHES = 20

/**
 * Brings a read model up to date from the store. A generation that is being built first catches up with the active
 * one and then goes along with it, batch by batch in the same transactions: from there on the two have seen the same
 * events at every moment and can be compared. Of several replicas one feeds at a time.
 */
export async function feed(
  database: Database<EventsSchema>,
  settled: Settled,
  model: ReadModel,
  batch = BATCH,
): Promise<void> {
  await database.system(({ tx }) => ensureModel(tx, model.name))
  for (let turn = 0; turn < BATCHES; turn += 1) {
    const upTo = await settled.position()
    if (!(await database.system(({ tx }) => feedOnce(tx, model, upTo, batch)))) return
  }
}

type Tx = Parameters<Parameters<Database<EventsSchema>['system']>[0]>[0]['tx']

/** @returns whether there may be more */
async function feedOnce(tx: Tx, model: ReadModel, upTo: number, limit: number): Promise<boolean> {
  const found = await lockGenerations(tx, model.name, 'skip')
  if (!found) return false
  const { active, building } = found
  const behind = building && building.position < active.position
  const generations = behind
    ? [building.generation]
    : [active.generation, ...(building ? [building.generation] : [])]
  const span = behind
    ? { after: building.position, upTo: active.position, limit }
    : { after: active.position, upTo, limit }
  if (span.after >= span.upTo) return false
  const taken = await model.take(tx, generations, span)
  // What is not there up to a settled position will never be: failed transactions leave gaps, old months are gone.
  const isLast = taken === undefined || taken.events < limit
  await moveOn(tx, model.name, generations, {
    position: isLast ? span.upTo : taken.position,
    events: taken?.events ?? 0,
  })
  return !isLast || behind === true
}
