import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import { auditRecorder } from '@alta/kit/audit/audit-recorder'
import { permissionsOf } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import { PAUSE_KNOWN_AFTER_MS } from '@alta/kit/events/paused-handlers'
import { startApp } from '@alta/kit/http/app-under-test'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { emitted } from '@alta/kit/testing/deliver'
import { type Person, person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { EventsSchema } from '../database/schema.ts'
import { monitorActionRoutes, monitorRoutes } from './monitor.routes.ts'
import { monitorService } from './monitor.service.ts'

let db: TestDatabase<EventsSchema>
let app: Awaited<ReturnType<typeof startApp>>
const orders: string[] = []
/** What a service answers to an order: a figure, or nothing. */
const answerTo = (path: string): unknown =>
  path.endsWith('/pause') || path.includes('/outbox/') ? undefined : { released: 3 }
beforeEach(() => {
  orders.length = 0
})
beforeAll(async () => {
  db = await createTestDatabase<EventsSchema>('events', new URL('../database/migrations/', import.meta.url))
  const monitor = monitorService({
    database: db.database,
    topology: {
      exchanges: [],
      owners: {},
      queues: [
        { name: 'ocr-page.read.v1', app: 'ocr', topic: 'page.read.v1' },
        { name: 'events-audit.recorded.v1', app: 'events', topic: 'audit.recorded.v1' },
      ],
      bindings: [],
    },
    ask: async () => undefined,
    order: async (app, path) => {
      orders.push(`${app} ${path}`)
      return answerTo(path)
    },
    scaler: { scale: async () => ({ before: 1 }) },
  })
  app = await startApp({
    routes: [...monitorRoutes(monitor), ...monitorActionRoutes(monitor)],
    verifyToken: principalOf,
    audit: auditRecorder(db.database),
  })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await db.close()
})

async function principalOf(token: string): Promise<Principal> {
  // Made by `get` below.
  const { userId, tenantId, roles } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Person
  return { userId, tenantId, sessionId: 'test', roles, permissions: permissionsOf(roles, tenantId), token }
}

const get = (who: Person, path: string) => ask(who, 'GET', path)

async function ask(who: Person, method: 'GET' | 'POST', path: string, body?: object) {
  const authorization = `Bearer ${Buffer.from(JSON.stringify(who)).toString('base64url')}`
  const answer = await app.call(`/api/v1/monitor/${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  // Tests look into answers freely; each expectation says what must be there.
  return { status: answer.status, body: JSON.parse((await answer.text()) || 'null') }
}

const operator = person({ roles: ['operator'] })
const range = 'from=2026-11-22T12:00:00Z&to=2026-11-22T12:02:00Z'

test('a handler’s history has what it handled, what failed and the slowest of each step', async () => {
  await db.admin.query(
    `insert into handler_samples (app, topic, at, handled, failed, in_flight, oldest_in_flight_seconds, p50_ms, p95_ms)
     values ('ocr', 'page.read.v1', '2026-11-22T12:00:05Z', 10, 1, 2, 0.5, 20, 90),
       ('ocr', 'page.read.v1', '2026-11-22T12:00:35Z', 30, 1, 4, 1.5, 30, 40),
       ('ocr', 'page.read.v1', '2026-11-22T12:01:05Z', 30, 1, 0, null, null, null),
       ('ocr', 'page.read.v1', '2026-11-22T12:02:05Z', 99, 9, 9, 9, 9, 9),
       ('reviews', 'page.read.v1', '2026-11-22T12:01:05Z', 99, 9, 9, 9, 9, 9)`,
  )
  const { status, body } = await get(operator, `services/ocr/handlers/page.read.v1/history?step=60&${range}`)
  expect(status).toBe(200)
  const none = { oldestInFlightSeconds: null, p50Ms: null, p95Ms: null }
  expect(body.items).toEqual([
    {
      at: '2026-11-22T12:00:00.000Z',
      ...{ handled: 30, failed: 1, inFlight: 4, oldestInFlightSeconds: 1.5, p50Ms: 30, p95Ms: 90 },
    },
    { at: '2026-11-22T12:01:00.000Z', handled: 30, failed: 1, inFlight: 0, ...none },
  ])
})

test('of a handler that is not there it is not found, and it is for operators', async () => {
  expect(await get(operator, `services/ocr/handlers/never.heard-of.v1/history?${range}`)).toMatchObject({
    status: 404,
    body: { code: 'handler_not_found' },
  })
  expect((await get(person(), `services/ocr/handlers/page.read.v1/history?${range}`)).status).toBe(403)
})

test('every handler can rest but the one that writes the audit log', async () => {
  const pause = (place: string) => ask(operator, 'POST', `services/${place}/pause`)
  const began = performance.now()
  expect((await pause('ocr/handlers/page.read.v1')).status).toBe(204)
  // By then every replica knows; a timer may be early by a millisecond.
  expect(performance.now() - began).toBeGreaterThan(PAUSE_KNOWN_AFTER_MS * 0.99)
  expect(await pause('events/handlers/audit.recorded.v1')).toMatchObject({
    status: 409,
    body: { code: 'handler_must_run' },
  })
  expect(orders).toEqual(['ocr /operations/handlers/page.read.v1/pause'])
})

test('what waits is released by the service concerned, which says how many there were or nothing', async () => {
  const id = '019a9d2e-0000-7000-8000-00000000000a'
  expect(await ask(operator, 'POST', `outbox/ocr/${id}/release`)).toEqual({ status: 204, body: null })
  const three = { status: 200, body: { released: 3 } }
  expect(await ask(operator, 'POST', 'inbox/ocr/release', { topic: 'page.read.v1' })).toEqual(three)
  expect(await ask(operator, 'POST', 'services/ocr/handlers/page.read.v1/resume')).toEqual(three)
  expect(orders).toEqual([
    `ocr /operations/outbox/${id}/release`,
    'ocr /operations/inbox/release',
    'ocr /operations/handlers/page.read.v1/resume',
  ])
})

test('who scales a service is in the audit log, although no service notes it in a transaction', async () => {
  const scaled = await ask(operator, 'POST', 'services/ocr/scale', { replicas: 2 })
  expect(scaled).toEqual({ status: 202, body: { before: 1, wanted: 2 } })
  const entries = await emitted(db.admin, auditRecorded)
  expect(entries.filter(({ action }) => action === 'POST /api/v1/monitor/services/:app/scale')).toMatchObject(
    [
      {
        actor: { userId: operator.userId },
        resources: [{ name: 'app', id: 'ocr' }],
        outcome: 'allowed',
      },
    ],
  )
})
