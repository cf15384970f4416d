import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { idempotencyStore } from '../database/idempotency.ts'
import { type AppUnderTest, json, startApp } from '../http/app-under-test.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { emitted } from '../testing/deliver.ts'
import { type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'
import { auditedRoutes, principalOf, projectId, userId } from './audit.fixture.ts'
import { type AuditRecorder, auditRecorder } from './audit-recorder.ts'

const secret = 'the secret of this test'

let testDatabase: TestDatabase<EffectsSchema>
let app: AppUnderTest
let recorder: AuditRecorder
let minutes = 0
beforeAll(async () => {
  testDatabase = await createTestDatabase<EffectsSchema>('kit', effectsMigrations)
  recorder = auditRecorder(testDatabase.database, () => minutes * 60_000)
  app = await startApp({
    routes: auditedRoutes(testDatabase.database),
    verifyToken: principalOf,
    idempotency: idempotencyStore(testDatabase.database),
    audit: recorder,
  })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await testDatabase.close()
})
beforeEach(async () => {
  minutes += 10
  await recorder.flush()
  await testDatabase.admin.query('truncate outbox_events, effects')
})

const as = (...roles: string[]) => ({ authorization: `Bearer ${roles.join('.') || 'member'}` })
const letter = (what: string, headers: Record<string, string> = {}, id = projectId) =>
  app.call(`/projects/${id}/letters`, json({ what, secret }, { ...as(), ...headers }))
const entries = () => emitted(testDatabase.admin, auditRecorded)
const effects = async () => (await testDatabase.admin.query('select subject from effects')).rows.length

test('a change is noted with who, what, to what, from where and when, and nothing that was sent', async () => {
  const before = new Date().toISOString()
  const answer = await letter('once', {
    'alta-client-address': '::ffff:192.0.2.7',
    'user-agent': `curl/8 ${'x'.repeat(500)}`,
    'x-request-id': 'request-1',
  })
  expect(answer.status).toBe(204)
  const [entry, ...others] = await entries()
  expect(others).toEqual([])
  expect(entry).toEqual({
    entryId: expect.any(String),
    at: expect.any(String),
    actor: { userId, sessionId: 'session-1', roles: ['member'] },
    action: 'POST /projects/:id/letters',
    summary: 'Write a letter',
    resources: [
      { name: 'id', id: projectId },
      { name: 'project.deleted.v1', id: projectId },
    ],
    outcome: 'allowed',
    code: null,
    count: 1,
    address: '192.0.2.7',
    userAgent: `curl/8 ${'x'.repeat(113)}`,
    requestId: 'request-1',
  })
  expect((entry?.at ?? '') >= before).toBe(true)
  const { rows } = await testDatabase.admin.query('select event from outbox_events')
  expect(JSON.stringify(rows)).not.toContain(secret)
})

test('an address that is none, as from a call beside the gateway, is noted as unknown', async () => {
  await letter('once', { 'alta-client-address': "'; drop table users", 'x-forwarded-for': '203.0.113.1' })
  expect(await entries()).toMatchObject([{ address: null }])
})

test('a request with two transactions is one entry', async () => {
  await letter('twice')
  expect(await entries()).toHaveLength(1)
})

test('what rolls back, is not valid or changes nothing leaves no entry', async () => {
  const rolledBack = await app.call(`/projects/${projectId}`, { method: 'DELETE', headers: as() })
  expect(rolledBack.status).toBe(409)
  expect((await letter('unknown word')).status).toBe(400)
  expect((await letter('nothing')).status).toBe(204)
  expect((await app.call(`/projects/${projectId}`, { headers: as() })).status).toBe(204)
  expect(await entries()).toEqual([])
  expect(await effects()).toBe(0)
})

test('what is declared as a question cannot change anything past the log, and its refusals are noted', async () => {
  const ask = (write: boolean) => app.call('/questions', json({ write }, as()))
  expect((await ask(true)).status).toBe(500)
  expect(await effects()).toBe(0)
  expect((await ask(false)).status).toBe(404)
  expect(await entries()).toMatchObject([{ action: 'POST /questions', code: 'answer_not_found' }])
})

test('an entry that cannot be written takes its change with it', async () => {
  await testDatabase.admin.query('alter table outbox_events add constraint full_up check (false) not valid')
  try {
    expect((await letter('once')).status).toBe(500)
    expect(await effects()).toBe(0)
  } finally {
    await testDatabase.admin.query('alter table outbox_events drop constraint full_up')
  }
})

test('a replayed answer is no second entry', async () => {
  const key = { 'idempotency-key': 'k1' }
  const [first, again] = [await letter('once', key), await letter('once', key)]
  expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([
    null,
    'true',
  ])
  expect(await entries()).toHaveLength(1)
  expect(await effects()).toBe(1)
})

test('what is missing and what is hidden are both noted as denied, with what the caller was told', async () => {
  expect((await letter('hide')).status).toBe(404)
  expect(await entries()).toMatchObject([
    {
      ...{ outcome: 'denied', code: 'project_not_found', actor: { userId }, resources: [{ id: projectId }] },
      rule: 'project reviewer',
      // Not which of the two it was.
      needed: expect.stringMatching(/^that it exists, and the role reviewer.*permission reviews:any/),
    },
  ])
})

test('a caller without the permission is noted as denied, a stranger who shows nothing is not', async () => {
  expect((await app.call('/log', { headers: as('member') })).status).toBe(403)
  expect((await app.call('/log')).status).toBe(401)
  expect(await entries()).toMatchObject([
    {
      ...{ action: 'GET /log', outcome: 'denied', code: 'forbidden' },
      rule: 'permission audit:read',
      needed: 'the permission audit:read (of the role operator or admin)',
    },
  ])
})

test('a token that does not verify is noted as denied, without a name', async () => {
  expect((await app.call('/log', { headers: as('bad') })).status).toBe(401)
  expect(await entries()).toMatchObject([{ outcome: 'denied', code: 'unauthenticated', actor: null }])
})

test('a flood of refusals is one entry at once and one with their number when the minute is over', async () => {
  for (let count = 0; count < 40; count += 1) await letter('hide')
  expect(await entries()).toHaveLength(1)
  await recorder.flush()
  expect(await entries()).toHaveLength(1)
  minutes += 1
  await recorder.flush()
  expect((await entries()).map(({ count, outcome }) => [count, outcome])).toEqual([
    [1, 'denied'],
    [39, 'denied'],
  ])
  const [first, further] = await entries()
  expect(new Set(further?.furtherRequests).size).toBe(39)
  expect(further?.furtherRequests).not.toContain(first?.requestId)
})

test('a flood from many addresses cannot fill the log', async () => {
  for (let count = 0; count < 600; count += 1) {
    const headers = { 'alta-client-address': `198.51.${count >> 8}.${count & 255}` }
    await app.call('/login', json({ password: 'wrong' }, headers))
  }
  expect(await entries()).toHaveLength(501)
  minutes += 1
  await recorder.flush()
  const all = await entries()
  expect(all.slice(501)).toMatchObject([{ count: 99, actor: null, address: null, outcome: 'denied' }])
  expect(all.at(-1)).not.toHaveProperty('furtherRequests')
})

test('the sums are written when the service stops', async () => {
  await letter('hide')
  await letter('hide')
  await recorder.flush(true)
  expect((await entries()).map(({ count }) => count)).toEqual([1, 1])
})

test('reading an audited route is noted with what was asked for; reading others is not', async () => {
  const answer = await app.call(`/log?actor=${userId}`, { headers: as('operator') })
  expect(answer.status).toBe(204)
  expect(await entries()).toMatchObject([
    { action: 'GET /log', outcome: 'allowed', resources: [{ name: 'actor', id: userId }] },
  ])
})

test('what cannot be noted is not shown', async () => {
  await testDatabase.admin.query('alter table outbox_events add constraint full_up check (false) not valid')
  try {
    expect((await app.call('/log', { headers: as('operator') })).status).toBe(500)
    // A refusal stands, noted or not.
    expect((await app.call('/log', { headers: as('member') })).status).toBe(403)
  } finally {
    await testDatabase.admin.query('alter table outbox_events drop constraint full_up')
  }
})

test('who signs in is named, whose account was tried too, and a refusal that was committed is a refusal', async () => {
  const login = (password: string) => app.call('/login', json({ password }))
  for (const password of ['right', 'wrong', 'stolen']) await login(password)
  const account = [{ name: 'user', id: userId }]
  expect(await entries()).toMatchObject([
    { outcome: 'allowed', code: null, actor: { userId, sessionId: 'new' }, resources: account },
    { outcome: 'denied', code: 'invalid_credentials', actor: null, resources: account },
    { outcome: 'denied', code: 'invalid_credentials', actor: null, resources: account },
  ])
  // A minute's further refusals are counted, also where a transaction committed that has changed nothing.
  for (let count = 0; count < 5; count += 1) await login('stale')
  expect(await entries()).toHaveLength(3)
})

test('control characters and half letters from outside cannot break a line of the log', async () => {
  await app.call(`/projects/${encodeURIComponent('a\u0000\n\u001b[31m')}/letters`, json({}, as('bad')))
  const [entry] = await entries()
  expect(entry?.resources).toEqual([{ name: 'id', id: 'a\ufffd\ufffd\ufffd[31m' }])
})
