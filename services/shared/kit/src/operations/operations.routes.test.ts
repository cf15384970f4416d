import { operationsReport } from '@alta/contracts/resources/operations'
import { problemDetails } from '@alta/contracts/resources/problem'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { permissionsOf } from '../auth/permissions.ts'
import type { Principal } from '../auth/principal.ts'
import type { Database } from '../database/database.ts'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { handlerOf } from '../events/names.ts'
import { type AppUnderTest, json, startApp } from '../http/app-under-test.ts'
import { leastUUIDv7, randomUUIDv7 } from '../identifiers.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'
import { createActivity } from './activity.ts'
import { operationsRoutes } from './operations.routes.ts'
import { recordReplica } from './replicas.ts'

const topic = 'letter.written.v1'
const operator = { authorization: 'Bearer operator' }
let db: TestDatabase<EffectsSchema>
let app: AppUnderTest
let woken = 0

beforeAll(async () => {
  db = await createTestDatabase<EffectsSchema>('kit', effectsMigrations)
  app = await startApp({
    verifyToken: async (token) => principalOf(token),
    routes: operationsRoutes({
      // The routes touch the kit's tables only.
      database: db.database as unknown as Database<unknown>,
      topics: [topic, 'letter.burnt.v1'],
      relay: {
        openFrom: leastUUIDv7(0),
        wake: () => {
          woken += 1
        },
      },
    }),
  })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await db.close()
})
beforeEach(async () => {
  woken = 0
  await db.admin.query('truncate outbox_events, inbox_messages, replicas, paused_handlers')
})

/** A token is the name of its owner's role here. */
const principalOf = (token: string): Principal => ({
  userId: '019a9d2e-0000-7000-8000-000000000001',
  tenantId: DEFAULT_TENANT,
  sessionId: 'session-1',
  roles: [token],
  permissions: permissionsOf([token], DEFAULT_TENANT),
  token,
})

async function report() {
  const answer = await app.call('/operations/report', { headers: operator })
  expect(answer.status).toBe(200)
  return operationsReport.parse(await answer.json())
}

const post = (path: string, body: unknown = {}, headers: Record<string, string> = operator) =>
  app.call(path, json(body, headers))

async function problemOf(answer: Response): Promise<[status: number, code: string]> {
  return [answer.status, problemDetails.parse(await answer.json()).code]
}

async function outboxEvent(status: string, columns: Record<string, unknown> = {}): Promise<string> {
  const id = randomUUIDv7()
  const all = { id, tenant_id: DEFAULT_TENANT, topic, event: '{}', status, ...columns }
  await db.admin.query(
    `insert into outbox_events (${Object.keys(all)}) values (${Object.keys(all).map((_, index) => `$${index + 1}`)})`,
    Object.values(all),
  )
  return id
}

async function inboxMessage(status: string, due: string | null, about = topic): Promise<string> {
  const id = randomUUIDv7()
  await db.admin.query(
    `insert into inbox_messages (source, message_id, handler, tenant_id, topic, status, event, received_at,
       next_attempt_at)
     values ('/letters', $1, $2, $3, $4, $5, '{}', now() - interval '1 minute', now() + $6::interval)`,
    [id, handlerOf('kit', about), DEFAULT_TENANT, about, status, due],
  )
  return id
}

const replica = (id: string, activity = createActivity()) =>
  recordReplica({ pool: db.database.pool, id, host: `host of ${id}`, version: '1.2.3', activity })

test('the report says which failures are repeated, and nothing of what they say', async () => {
  const parked = [await inboxMessage('PARKED', '1 hour'), await inboxMessage('PARKED', '2 hours')]
  const late = await inboxMessage('PARKED', null)
  await inboxMessage('PARKED', '1 hour')
  const fail = (ids: string[], errorClass: string, attempts: number) =>
    db.admin.query(
      `update inbox_messages set error_class = $2, error_message = 'of Ada', attempts = $3 where message_id = any ($1)`,
      [ids, errorClass, attempts],
    )
  await fail(parked, 'ECONNREFUSED', 3)
  await fail([late], 'TypeError', 7)
  const { inbox } = await report()
  expect(inbox.parked).toBe(4)
  expect(inbox.repeating).toEqual([
    { topic, errorClass: 'ECONNREFUSED', messages: 2, attempts: 3, nextAttemptAt: expect.any(String) },
    { topic, errorClass: 'TypeError', messages: 1, attempts: 7, nextAttemptAt: null },
  ])
})

test('the report says what waits, what the broker refused and why, and what is parked', async () => {
  await outboxEvent('PENDING', { created_at: new Date(Date.now() - 60_000) })
  await outboxEvent('COMPLETED')
  const refused = await outboxEvent('FAILED', { last_error: 'nack: no room', attempts: 4 })
  await inboxMessage('PARKED', '1 hour')
  await inboxMessage('FAILED', null)
  await inboxMessage('COMPLETED', null)
  const { app: name, outbox, inbox } = await report()
  expect(name).toBe('kit')
  expect(outbox).toMatchObject({
    waiting: 1,
    failed: 1,
    errors: [{ id: refused, topic, attempts: 4, lastError: 'nack: no room', nextAttemptAt: null }],
  })
  expect(outbox.oldestSeconds).toBeGreaterThan(55)
  expect(inbox).toMatchObject({ parked: 1, failed: 1, working: 0, paused: [] })
  expect(inbox.oldestSeconds).toBeGreaterThan(55)
})

test('any replica answers for all: their figures are added up', async () => {
  let now = 1_000_000
  for (const [id, milliseconds] of [
    ['one', 10],
    ['two', 1_000],
  ] as const) {
    const activity = createActivity(() => now)
    const end = activity.begin(topic)
    now += milliseconds
    end()
    activity.count(topic, 'handled', 5)
    activity.count(topic, 'failed')
    activity.begin(topic)
    now += 2_000
    await replica(id, activity).beat.run()
  }
  const { handlers, replicas } = await report()
  expect(handlers.map((handler) => handler.topic)).toEqual([topic, 'letter.burnt.v1'])
  expect(handlers[0]).toMatchObject({ handled: 10, failed: 2, inFlight: 2, paused: false })
  expect(handlers[0]?.p50Ms).toBeCloseTo(10, -0.5)
  expect(handlers[0]?.p95Ms).toBeGreaterThan(950)
  expect(handlers[0]?.oldestInFlightSeconds).toBeGreaterThan(2)
  expect(handlers[1]).toMatchObject({ handled: 0, p50Ms: null, oldestInFlightSeconds: null })
  expect(replicas.map(({ id, version, handled, inFlight }) => ({ id, version, handled, inFlight }))).toEqual([
    { id: 'one', version: '1.2.3', handled: 5, inFlight: 1 },
    { id: 'two', version: '1.2.3', handled: 5, inFlight: 1 },
  ])
})

test('a replica that has not been heard of for a minute leaves, and one that ends leaves at once', async () => {
  const [gone, ending, staying] = [replica('gone'), replica('ending'), replica('staying')]
  await gone.beat.run()
  await db.admin.query(`update replicas set seen_at = now() - interval '61 seconds'`)
  await ending.beat.run()
  await ending.leave()
  await staying.beat.run()
  expect((await report()).replicas.map(({ id }) => id)).toEqual(['staying'])
  expect((await db.admin.query('select id from replicas')).rows).toEqual([{ id: 'staying' }])
})

test('a refused event is released, once, and the relay looks for it at once', async () => {
  const id = await outboxEvent('FAILED', { last_error: 'nack: no room', attempts: 4 })
  expect((await post(`/operations/outbox/${id}/release`)).status).toBe(204)
  const { rows } = await db.admin.query(
    'select status, attempts, next_attempt_at from outbox_events where id = $1',
    [id],
  )
  expect(rows).toEqual([{ status: 'PENDING', attempts: 0, next_attempt_at: null }])
  expect(woken).toBe(1)
  const again = await post(`/operations/outbox/${id}/release`)
  expect(await problemOf(again)).toEqual([409, 'outbox_event_not_failed'])
  const unknown = await post(`/operations/outbox/${randomUUIDv7()}/release`)
  expect(await problemOf(unknown)).toEqual([404, 'outbox_event_not_found'])
})

test('parked messages are released one, a topic, or all at a time; those of a paused handler go on waiting', async () => {
  const one = await inboxMessage('PARKED', '1 hour')
  await inboxMessage('PARKED', '1 hour')
  await inboxMessage('PARKED', '1 hour', 'letter.burnt.v1')
  await inboxMessage('PARKED', null)
  await inboxMessage('FAILED', null)
  const release = async (body: object) => (await post('/operations/inbox/release', body)).json()
  expect(await release({ messageId: one })).toEqual({ released: 1 })
  expect(await release({ topic })).toEqual({ released: 1 })
  expect(await release({})).toEqual({ released: 1 })
  const { rows } = await db.admin.query(
    `select count(*) filter (where next_attempt_at <= now())::int as due,
            count(*) filter (where status = 'PARKED' and next_attempt_at is null)::int as paused
     from inbox_messages`,
  )
  expect(rows).toEqual([{ due: 3, paused: 1 }])
  expect(await release({ messageId: one })).toMatchObject({ code: 'parked_message_not_found' })
})

test('a handler is paused and resumed, and the report says so', async () => {
  const pause = () => post(`/operations/handlers/${topic}/pause`)
  expect((await pause()).status).toBe(204)
  expect((await pause()).status).toBe(204)
  const paused = await report()
  expect(paused.inbox.paused).toEqual([topic])
  expect(paused.handlers.map((handler) => handler.paused)).toEqual([true, false])
  await inboxMessage('PARKED', null)
  const resumed = await post(`/operations/handlers/${topic}/resume`)
  expect([resumed.status, await resumed.json()]).toEqual([200, { released: 1 }])
  expect((await report()).inbox.paused).toEqual([])
  const twice = await post(`/operations/handlers/${topic}/resume`)
  expect(await problemOf(twice)).toEqual([409, 'handler_not_paused'])
  const unknown = await post('/operations/handlers/letter.lost.v1/pause')
  expect(await problemOf(unknown)).toEqual([404, 'handler_not_found'])
})

test('receipts tell, in order, which messages the inbox has, whatever became of them', async () => {
  const known = [
    await inboxMessage('COMPLETED', null),
    await inboxMessage('PARKED', '1 hour'),
    await inboxMessage('FAILED', null),
  ]
  const ask = (messageId: string, handler = handlerOf('kit', topic)) => ({
    messageId,
    source: '/letters',
    handler,
  })
  const messages = [
    ask(randomUUIDv7()),
    ...known.map((id) => ask(id)),
    ask(known[0] ?? '', handlerOf('kit', 'letter.burnt.v1')),
  ]
  const answer = await post('/operations/receipts', { messages }, {})
  expect([answer.status, await answer.json()]).toEqual([200, { known: [false, true, true, true, false] }])
  // An event about the question would want a receipt itself.
  expect((await db.admin.query('select topic from outbox_events')).rows).toEqual([])
})

test('only operators change anything; only a sidecar, for whomever, is told the figures', async () => {
  const id = await outboxEvent('FAILED')
  const changes = [
    `/operations/outbox/${id}/release`,
    '/operations/inbox/release',
    `/operations/handlers/${topic}/pause`,
    `/operations/handlers/${topic}/resume`,
  ]
  for (const [headers, status] of [
    [{}, 401],
    [{ authorization: 'Bearer member' }, 403],
  ] as const) {
    expect((await app.call('/operations/report', { headers })).status).toBe(200)
    for (const path of changes) expect((await post(path, {}, headers)).status).toBe(status)
  }
  const outside = await app.call('/operations/report', {
    headers: { ...operator, 'dapr-api-token': 'guessed' },
  })
  expect(outside.status).toBe(401)
  expect(await report()).toMatchObject({ outbox: { failed: 1 }, inbox: { paused: [] } })
})

test.each([
  ['/operations/outbox/42/release', {}],
  ['/operations/inbox/release', { messageId: 42 }],
  ['/operations/inbox/release', 'everything'],
  ['/operations/receipts', { messages: [] }],
  ['/operations/receipts', { messages: [{ messageId: 'x' }] }],
  [
    '/operations/receipts',
    { messages: new Array(10_001).fill({ messageId: 'x', source: '/x', handler: 'x' }) },
  ],
])('bad input to %s is refused', async (path, body) => {
  const answer = await post(path, body)
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(answer.status).toBeLessThan(500)
})
