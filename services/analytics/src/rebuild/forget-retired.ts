import type { Database } from '@alta/kit/database/database'
import type { Schema } from '../database/schema.ts'
import { deleteRetired } from './generation.repository.ts'

/** Rows in one transaction. */
const BATCH = 5_000
/** Transactions in one turn, so that a service that stops does not wait for a million rows. */
const BATCHES = 50

/** Deletes the facts that a rebuild has replaced or that were given up, a little at a time. */
export async function forgetRetired(database: Database<Schema>): Promise<void> {
  for (let turn = 0; turn < BATCHES; turn += 1) {
    if (!(await database.system(({ tx }) => deleteRetired(tx, BATCH)))) return
  }
}
