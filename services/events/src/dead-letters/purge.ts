import type { Database } from '@alta/kit/database/database'
import type { DeadLettersSchema } from './dead-letter.tables.ts'
import { purgeLeftovers, purgeLetters } from './sweep.repository.ts'

const BATCH = 500

/** Forgets what was discarded or resolved long enough ago. Safe in several processes at once. */
export async function purgeDeadLetters(database: Database<DeadLettersSchema>): Promise<number> {
  let purged = 0
  let batch: number
  do {
    batch = await database.system(({ tx }) => purgeLetters(tx, BATCH))
    purged += batch
  } while (batch === BATCH)
  await database.system(({ tx }) => purgeLeftovers(tx))
  return purged
}
