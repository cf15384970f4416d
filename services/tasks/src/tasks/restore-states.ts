import type { Database } from '@alta/kit/database/database'
import { log } from '@alta/kit/telemetry/log'
import { sql } from 'kysely'
import type { TasksSchema } from '../database/schema.ts'
import type { StateStore } from './state-store.ts'
import { isRecorded } from './task.turn.ts'
import type { TaskWork } from './task.work.ts'

/** Tasks looked at in one go. */
const PORTION = 200

/**
 * Puts working copies back that Redis has lost, of every task that is not over. Turns do so by themselves; this is
 * for tasks that wait for a long time, so that the state store tells the truth about them too.
 */
export async function restoreStates(database: Database<TasksSchema>, store: StateStore): Promise<number> {
  let restored = 0
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const { rows } = await database.system(({ tx }) =>
      sql<{ id: string; work: TaskWork }>`
        select id, work from tasks
        where id > ${after} and state in ('pending', 'running', 'retrying') and work is not null
          and (lease_until is null or lease_until < now())
        order by id
        limit ${PORTION}`.execute(tx),
    )
    if (rows.length === 0) break
    const copies = await store.readMany(rows.map(({ id }) => id))
    for (const { id, work } of rows) {
      const copy = copies.get(id)
      // Written meanwhile: a copy that is ahead belongs to a turn that has begun since.
      if (copy && (isRecorded(copy, work) || copy.version > work.version)) continue
      if (await isStill(database, id, work)) {
        await store.save(work)
        restored += 1
      }
    }
    const last = rows.at(-1)
    if (!last || rows.length < PORTION) break
    after = last.id
  }
  if (restored > 0) log.warn({ restored }, 'restored states that were lost')
  return restored
}

async function isStill(database: Database<TasksSchema>, id: string, work: TaskWork): Promise<boolean> {
  const { rows } = await database.system(({ tx }) =>
    sql`select 1 from tasks
        where id = ${id} and version = ${work.version} and (lease_until is null or lease_until < now())`.execute(
      tx,
    ),
  )
  return rows.length > 0
}
