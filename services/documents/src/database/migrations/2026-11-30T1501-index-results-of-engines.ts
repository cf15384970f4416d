import { type Kysely, sql } from 'kysely'

export const transaction = false

/** For the sweep, which asks of each file that was let go whether another item was read to it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index concurrently if not exists readings_result on readings (result_sha256)`.execute(db)
  await sql`
    create index concurrently if not exists recognitions_unused_result on recognitions (unused_result)
    where unused_result is not null`.execute(db)
}
