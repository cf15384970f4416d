import { type Kysely, sql } from 'kysely'

/**
 * Refused events are few and wait long. Through the index of all open events whoever looks for them would pass every
 * event of the last minutes when a long transaction keeps the dead entries there.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index outbox_events_failed on outbox_events (id) where status = 'FAILED'`.execute(db)
}
