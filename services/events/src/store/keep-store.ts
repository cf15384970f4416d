import type { Database } from '@alta/kit/database/database'
import type { Repetition } from '@alta/kit/repeatedly'
import { log } from '@alta/kit/telemetry/log'
import type { EventsSchema } from '../database/schema.ts'
import { forgetMonth, keepMonths } from './store.repository.ts'

/**
 * Makes the coming months and drops those that are over. Each is a few locks for an instant; when somebody holds the
 * table longer than two seconds it gives way and comes again.
 * @param months how many are kept; 0 for all
 */
export const keepStore = (database: Database<EventsSchema>, months: number): Repetition[] => [
  {
    name: 'make the coming months of the event store',
    everySeconds: 60,
    run: () => database.system(({ tx }) => keepMonths(tx)),
  },
  {
    name: 'forget old months of the event store',
    everySeconds: 3_600,
    run: async () => {
      if (months > 0) await forgetMonths(database, months)
    },
  },
]

/** Each month in a transaction of its own: dropping one locks the store until the commit. */
export async function forgetMonths(database: Database<EventsSchema>, months: number): Promise<void> {
  for (;;) {
    const forgotten = await database.system(({ tx }) => forgetMonth(tx, months))
    if (forgotten === undefined) return
    log.info({ forgotten }, 'dropped a month of events that is no longer kept')
  }
}
