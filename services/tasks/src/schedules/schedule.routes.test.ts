import { permissionsOf } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import { idempotencyStore } from '@alta/kit/database/idempotency'
import { badRequest } from '@alta/kit/errors'
import { type AppUnderTest, json, startApp } from '@alta/kit/http/app-under-test'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { type Person, person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TasksSchema } from '../database/schema.ts'
import { scheduleRoutes } from './schedule.routes.ts'
import { scheduleService } from './schedule.service.ts'

let db: TestDatabase<TasksSchema>
let app: AppUnderTest
const operator = person({ roles: ['operator'] })
const now = new Date('2026-11-22T10:02:00Z')

const principalOf = async (token: string): Promise<Principal> => {
  const { userId, tenantId, roles } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Person
  return { userId, tenantId, sessionId: 'test', roles, permissions: permissionsOf(roles, tenantId), token }
}

beforeAll(async () => {
  db = await createTestDatabase<TasksSchema>('tasks', new URL('../database/migrations/', import.meta.url))
  const checkTask = async (_tx: unknown, _caller: unknown, { type }: { type: string }) => {
    if (type === 'unheard-of') throw badRequest('unknown_task_type', 'There is no such type of task.')
  }
  app = await startApp({
    routes: scheduleRoutes(scheduleService(db.database, checkTask, () => now)),
    verifyToken: principalOf,
    idempotency: idempotencyStore(db.database),
  })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await db.close()
})

async function call(who: Person, path: string, init: RequestInit = {}) {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${Buffer.from(JSON.stringify(who)).toString('base64url')}`)
  const response = await app.call(`/api/v1/schedules${path}`, { ...init, headers })
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : undefined, headers: response.headers }
}

const wanted = (more = {}) =>
  json({ name: randomUUIDv7(), cron: '0 * * * *', taskType: 'document-reprocessing', ...more })

test('a schedule says when it will run, and can be paused, resumed, changed and removed', async () => {
  const { status, body, headers } = await call(operator, '', wanted())
  expect(status).toBe(201)
  expect(body).toMatchObject({ paused: false, timezone: 'UTC', lastRunAt: null })
  expect(body.nextRuns.slice(0, 2)).toEqual(['2026-11-22T11:00:00.000Z', '2026-11-22T12:00:00.000Z'])
  expect(headers.get('location')).toBe(`/api/v1/schedules/${body.id}`)

  const paused = await call(operator, `/${body.id}/pause`, { method: 'POST' })
  expect(paused.body).toMatchObject({ paused: true, nextRuns: [] })
  const resumed = await call(operator, `/${body.id}/resume`, { method: 'POST' })
  expect(resumed.body.nextRuns).toHaveLength(5)

  const patch = { ...json({ cron: '30 6 * * *' }, { 'if-match': '"3"' }), method: 'PATCH' }
  const changed = await call(operator, `/${body.id}`, patch)
  expect(changed.body.nextRuns[0]).toBe('2026-11-23T06:30:00.000Z')
  expect((await call(operator, `/${body.id}`, patch)).status).toBe(412)

  expect((await call(operator, `/${body.id}`, { method: 'DELETE' })).status).toBe(204)
  expect((await call(operator, `/${body.id}`)).body.code).toBe('schedule_not_found')
})

test('a schedule runs on behalf of whoever has said what it does', async () => {
  const other = person({ roles: ['operator'] })
  const { body } = await call(operator, '', wanted())
  const change = (who: Person, fields: object) =>
    call(who, `/${body.id}`, { ...json(fields), method: 'PATCH' })
  expect((await change(other, { cron: '30 * * * *' })).body.createdBy).toBe(operator.userId)
  expect((await change(other, { params: { status: 'failed' } })).body.createdBy).toBe(other.userId)
})

test('run now starts a task beside the ticks and is kept among the runs', async () => {
  const { body } = await call(operator, '', wanted())
  const run = await call(operator, `/${body.id}/run`, { method: 'POST' })
  expect(run.status).toBe(202)
  const runs = await call(operator, `/${body.id}/runs`)
  expect(runs.body.items).toEqual([
    expect.objectContaining({ taskId: run.body.taskId, byUser: operator.userId }),
  ])
  const { body: after } = await call(operator, `/${body.id}`)
  expect(after).toMatchObject({ lastTaskId: run.body.taskId, nextRuns: body.nextRuns })
})

test.each([
  ['no cron expression', { cron: 'every now and then' }, 'body.cron'],
  ['a day that never comes', { cron: '0 0 31 2 *' }, 'body.cron'],
  ['a time zone of no place', { timezone: 'Europe/Atlantis' }, 'body.timezone'],
  ['no name', { name: ' ' }, 'body.name'],
  ['a field nobody knows', { every: 5 }, 'body'],
])('%s is refused with its field', async (_what, more, path) => {
  const { status, body } = await call(operator, '', wanted(more))
  expect(status).toBe(400)
  expect(body.errors[0].path).toBe(path)
})

test('a type of task that nobody carries out is refused', async () => {
  const { status, body } = await call(operator, '', wanted({ taskType: 'unheard-of' }))
  expect([status, body.code]).toEqual([400, 'unknown_task_type'])
})

test('a name is given once', async () => {
  const name = randomUUIDv7()
  await call(operator, '', wanted({ name }))
  const { status, body } = await call(operator, '', wanted({ name }))
  expect([status, body.code]).toEqual([409, 'schedule_exists'])
})

test('only operators of the platform see schedules', async () => {
  expect((await call(person(), '')).status).toBe(403)
  const { body } = await call(operator, '', wanted())
  const stranger = person({ roles: ['operator'], tenantId: randomUUIDv7() })
  expect((await call(stranger, `/${body.id}`)).status).toBe(403)
  expect((await call(stranger, `/${body.id}/run`, { method: 'POST' })).status).toBe(403)
  expect((await call(stranger, '')).status).toBe(403)
})

test('a tick that no date of four digits can name is refused, and keeps nobody from the list', async () => {
  const never = { cron: '9999-12-31T23:59:59', timezone: 'America/Los_Angeles' }
  expect((await call(operator, '', wanted(never))).body.code).toBe('validation_failed')
  const { body } = await call(operator, '', wanted())
  const change = { ...json(never), method: 'PATCH' }
  expect((await call(operator, `/${body.id}`, change)).body.code).toBe('validation_failed')
  expect((await call(operator, '')).status).toBe(200)
})
