import type { Database } from '@alta/kit/database/database'
import { sql } from 'kysely'
import type { TasksSchema } from '../database/schema.ts'
import type { StateStore } from './state-store.ts'

const AT_ONCE = 500

/**
 * Takes the working copies of tasks that have been over for an hour out of Redis; a retry restores them. A crash in
 * between leaves some copies there, which is harmless: they are looked for until they are gone.
 */
export async function forgetCopies(database: Database<TasksSchema>, store: StateStore): Promise<void> {
  const { rows } = await database.system(({ tx }) =>
    sql<{ id: string }>`
      select id from tasks
      where has_copy and state in ('completed', 'failed', 'cancelled') and due_at is null
        and changed_at < now() - interval '1 hour'
      limit ${AT_ONCE}`.execute(tx),
  )
  for (const { id } of rows) await store.remove(id)
  const ids = rows.map(({ id }) => id)
  // A task that was tried again meanwhile, and may be over again, has a new copy.
  await database.system(({ tx }) =>
    sql`
      update tasks set has_copy = false
      where id = any (${ids}::uuid[]) and due_at is null and changed_at < now() - interval '1 hour'`.execute(
      tx,
    ),
  )
}

/** Forgets tasks that have been over for so many days, with their log and their failures, until none is left. */
export async function forgetTasks(database: Database<TasksSchema>, days: number): Promise<void> {
  for (;;) {
    const { numAffectedRows } = await database.system(({ tx }) =>
      sql`
        delete from tasks where id in (
          select id from tasks
          where state in ('completed', 'failed', 'cancelled') and due_at is null and not has_copy
            and changed_at < now() - make_interval(days => ${days})
          limit ${AT_ONCE})`.execute(tx),
    )
    if (Number(numAffectedRows ?? 0) < AT_ONCE) return
  }
}
