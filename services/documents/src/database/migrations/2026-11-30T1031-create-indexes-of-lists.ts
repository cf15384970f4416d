import { type Kysely, sql } from 'kysely'

export const transaction = false

/** A project's items from the newest on, whatever their status; and those in its trash. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index concurrently if not exists documents_newest on documents (project_id, id desc)
    where deleted_at is null`.execute(db)
  await sql`
    create index concurrently if not exists voice_samples_newest on voice_samples (project_id, id desc)
    where deleted_at is null`.execute(db)
  await sql`
    create index concurrently if not exists documents_trash on documents (project_id, id desc)
    where deleted_at is not null`.execute(db)
  await sql`
    create index concurrently if not exists voice_samples_trash on voice_samples (project_id, id desc)
    where deleted_at is not null`.execute(db)
}
