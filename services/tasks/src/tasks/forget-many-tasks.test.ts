import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TasksSchema } from '../database/schema.ts'
import { forgetCopies, forgetTasks } from './forget-tasks.ts'
import type { StateStore } from './state-store.ts'

let db: TestDatabase<TasksSchema>
beforeAll(async () => {
  db = await createTestDatabase<TasksSchema>('tasks', new URL('../database/migrations/', import.meta.url))
})
afterAll(() => db?.close())

/** Tasks that ended so long ago. */
async function ended(count: number, ago: string, hasCopy: boolean): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUIDv7())
  await db.admin.query(
    `insert into tasks (id, tenant_id, type, params, requested_by, correlation_id, state, version, changed_at, has_copy)
     select id, $2, 'counting', '{}', id, 'none', 'completed', 3, now() - $3::interval, $4 from unnest($1::uuid[]) id`,
    [ids, DEFAULT_TENANT, ago, hasCopy],
  )
  return ids
}

const count = async (where: string): Promise<number> =>
  (await db.admin.query(`select count(*)::int as count from tasks where ${where}`)).rows[0].count

const storeThat = (remove: (id: string) => Promise<void>): StateStore => ({
  read: async () => undefined,
  readMany: async () => new Map(),
  save: async () => undefined,
  publish: async () => undefined,
  remove,
  close: async () => undefined,
})

test('however many tasks are too old, one turn forgets them', async () => {
  await ended(1_001, '91 days', false)
  await ended(2, '89 days', false)
  await forgetTasks(db.database, 90)
  expect(await count('true')).toBe(2)
})

test('a task that was tried again while its copy was taken away is not forgotten to have one', async () => {
  const [again = '', over = ''] = await ended(2, '61 minutes', true)
  const removed: string[] = []
  const store = storeThat(async (id) => {
    removed.push(id)
    // As a retry leaves it that has come to its end meanwhile.
    await db.admin.query('update tasks set changed_at = now() where id = $1', [again])
  })
  await forgetCopies(db.database, store)
  expect(removed.toSorted()).toEqual([again, over].toSorted())
  expect(await count(`has_copy and id = '${again}'`)).toBe(1)
  expect(await count(`has_copy and id = '${over}'`)).toBe(0)
})

test('copies to be taken away are found by an index, among however many tasks that have none', async () => {
  await ended(20_000, '2 days', false)
  await db.admin.query('analyze tasks')
  const { rows } = await db.admin.query<{ 'QUERY PLAN': string }>(
    `explain select id from tasks where has_copy and state in ('completed', 'failed', 'cancelled')
       and due_at is null and changed_at < now() - interval '1 hour' limit 500`,
  )
  expect(rows.map((line) => line['QUERY PLAN']).join('\n')).toContain('tasks_copied')
})
