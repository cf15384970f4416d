import { type Kysely, sql } from 'kysely'

/** What is used or revoked stays for as long as it counts as a mail that was sent. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table mail_tokens add column ended_at timestamptz`.execute(db)
  await sql`create index mail_tokens_of_address on mail_tokens (email, purpose)`.execute(db)
}
