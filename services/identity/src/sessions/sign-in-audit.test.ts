import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import { emitted } from '@alta/kit/testing/deliver'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity({ REFRESH_GRACE_SECONDS: 0 })
})
afterAll(() => identity.close())

/** Entries of one route since the last look. */
async function entriesOf(action: string) {
  const { admin } = identity.testDatabase
  const found = (await emitted(admin, auditRecorded)).filter((entry) => entry.action === action)
  await admin.query('truncate outbox_events')
  return found
}

test('a sign-in is noted with the user and the session, and no entry holds a password or a token', async () => {
  const email = await identity.register()
  const { user, accessToken, refreshToken } = await identity.login(email)
  const { rows } = await identity.testDatabase.admin.query('select event from outbox_events')
  for (const secret of [goodPassword, accessToken, refreshToken, email]) {
    const inAudit = rows.filter(({ event }) => event.includes('audit.recorded') && event.includes(secret))
    expect(inAudit).toEqual([])
  }
  expect(await entriesOf('POST /api/v1/auth/login')).toMatchObject([
    {
      actor: { userId: user.id, sessionId: expect.any(String), roles: ['member'] },
      outcome: 'allowed',
      resources: [{ name: 'user', id: user.id }],
    },
  ])
})

test('a failed sign-in is noted as denied, with the account that was tried when there is one', async () => {
  const email = await identity.register()
  const { user } = await identity.login(email)
  await entriesOf('')
  await identity.post('/api/v1/auth/login', { email, password: 'not the right one' })
  expect(await entriesOf('POST /api/v1/auth/login')).toMatchObject([
    { actor: null, outcome: 'denied', code: 'invalid_credentials', resources: [{ id: user.id }] },
  ])
})

test('the end of a session whose token was used twice is noted as denied, with the transaction that ended it', async () => {
  const email = await identity.register()
  const { refreshToken, user } = await identity.login(email)
  await identity.refresh(refreshToken)
  expect(await entriesOf('POST /api/v1/auth/refresh')).toMatchObject([
    { outcome: 'allowed', actor: { userId: user.id } },
  ])
  await identity.post('/api/v1/auth/refresh', { refreshToken })
  expect(await entriesOf('POST /api/v1/auth/refresh')).toMatchObject([
    { outcome: 'denied', code: 'invalid_refresh_token', actor: null, resources: [{ id: user.id }] },
  ])
})

test('a flood of requests that nobody has to be anybody for is a hundred entries a minute and one with the number of the others', async () => {
  await identity.writeAuditSums()
  await entriesOf('')
  const action = 'POST /api/v1/auth/password-reset'
  for (let count = 0; count < 125; count += 1) {
    const from = { address: `203.0.113.${count}` }
    const body = { email: `flood-${count}@example.org` }
    expect((await identity.post('/api/v1/auth/password-reset', body, undefined, from)).status).toBe(202)
  }
  const { rows } = await identity.testDatabase.admin.query('select count(*)::int from reset_requests')
  expect(rows).toEqual([{ count: 125 }])
  const own = await entriesOf(action)
  expect(own).toHaveLength(100)
  expect(own.every(({ count, address }) => count === 1 && address?.startsWith('203.0.113.'))).toBe(true)
  await identity.writeAuditSums()
  expect(await entriesOf(action)).toMatchObject([
    { count: 25, actor: null, address: null, userAgent: null, outcome: 'allowed', resources: [] },
  ])
  await identity.testDatabase.admin.query('truncate reset_requests')
})

test('a thousand made-up refresh tokens are not a thousand entries', async () => {
  await entriesOf('')
  for (let count = 0; count < 50; count += 1) {
    await identity.post('/api/v1/auth/refresh', { refreshToken: `made up ${count}` })
  }
  expect(await entriesOf('POST /api/v1/auth/refresh')).toHaveLength(1)
})
