import type { Kysely } from 'kysely'
import { tenantTable } from '../tenant.ts'

/** Remembered answers are users' data. Every query about them has run in a transaction of their tenant since ever. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await tenantTable(db, 'idempotency_keys')
}
