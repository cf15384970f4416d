import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { createTestDatabase } from '@alta/kit/testing/database'
import type { Kysely } from 'kysely'
import type { TasksSchema } from '../database/schema.ts'
import type { StateStore } from './state-store.ts'
import { insertTask } from './task.repository.ts'
import type { TaskWork } from './task.work.ts'

/** The record of tasks on a database of the test's own, with working copies in memory and one type, `counting`. */
export async function openTaskRecord() {
  const migrations = new URL('../database/migrations/', import.meta.url)
  const { database, admin, close } = await createTestDatabase<TasksSchema>('tasks', migrations)
  await admin.query(`
    insert into task_types (type, title, app, permission, params, step_seconds)
    values ('counting', 'Counts', 'tasks', 'tasks:write', '{}', 60)`)
  const copies = new Map<string, TaskWork>()
  const keep = async (work: TaskWork) => void copies.set(work.taskId, work)
  const store: StateStore = {
    read: async (id) => copies.get(id),
    readMany: async (ids) => new Map([...copies].filter(([id]) => ids.includes(id))),
    save: keep,
    publish: keep,
    remove: async (id) => void copies.delete(id),
    close: async () => undefined,
  }
  const rules = { maxRetries: 2, retrySeconds: 1 }
  return { database, admin, store, rules, close }
}

/** @returns its id */
export async function acceptTask(tx: Kysely<TasksSchema>): Promise<string> {
  const id = randomUUIDv7()
  await insertTask(tx, {
    id,
    tenantId: DEFAULT_TENANT,
    type: 'counting',
    params: {},
    requestedBy: randomUUIDv7(),
    idempotencyKey: undefined,
    correlationId: id,
    traceparent: undefined,
  })
  return id
}
