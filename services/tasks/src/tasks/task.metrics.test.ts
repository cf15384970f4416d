import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { metricValue } from '@alta/kit/testing/metrics'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TasksSchema } from '../database/schema.ts'
import { countTasks } from './task.metrics.ts'

let db: TestDatabase<TasksSchema>
beforeAll(async () => {
  db = await createTestDatabase<TasksSchema>('tasks', new URL('../database/migrations/', import.meta.url))
})
afterAll(() => db.close())

const insert = (state: string, unchanged: string) =>
  db.admin.query(
    `insert into tasks (id, tenant_id, type, params, requested_by, correlation_id, state, changed_at)
     values ($1, $2, 'count', '{}', $1, 'c', $3, now() - $4::interval)`,
    [randomUUIDv7(), DEFAULT_TENANT, state, unchanged],
  )

test('tasks that are not over are counted, with the time since the most idle of them has changed', async () => {
  await countTasks(db.database)
  expect(await metricValue('alta_task_unchanged_seconds')).toBe(0)
  await insert('running', '10 minutes')
  await insert('running', '1 minute')
  await insert('completed', '3 days')
  await countTasks(db.database)
  expect(await metricValue('alta_tasks_open{state="running"}')).toBe(2)
  expect(await metricValue('alta_tasks_open{state="pending"}')).toBe(0)
  const seconds = await metricValue('alta_task_unchanged_seconds')
  expect(seconds).toBeGreaterThan(599)
  expect(seconds).toBeLessThan(700)
})
