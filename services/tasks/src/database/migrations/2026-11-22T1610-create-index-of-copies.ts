import { type Kysely, sql } from 'kysely'

/** Copies that may leave Redis are few among the tasks that are kept: without it all of them are read to find none. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index tasks_copied on tasks (changed_at) where has_copy and due_at is null`.execute(db)
}
