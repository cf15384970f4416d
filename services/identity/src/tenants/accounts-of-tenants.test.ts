import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import { decodeJwt } from 'jose'
import { TOTP, URI } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

// Whose tenant somebody is of, their account tells: nobody names it when they sign in.

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity()
})
afterAll(() => identity.close())

const tenantIn = (token: string) => decodeJwt(token).tid

test('the token of a sign-in, and of each refresh, is of the tenant of the account', async () => {
  const { email, tenantId } = await identity.registerElsewhere()
  const first = await identity.login(email)
  const second = await identity.refresh(first.refreshToken)
  for (const { accessToken, user } of [first, second]) {
    expect(tenantIn(accessToken)).toBe(tenantId)
    expect(user.tenantId).toBe(tenantId)
    expect((await identity.get('/api/v1/auth/me', accessToken)).body).toMatchObject({ email, tenantId })
  }
})

test('an address has one account on the whole platform', async () => {
  const { email } = await identity.registerElsewhere()
  const body = { email: email.toUpperCase(), password: goodPassword, name: 'Ada' }
  const again = await identity.post('/api/v1/auth/register', body)
  expect([again.status, again.code]).toEqual([409, 'email_taken'])
  const theirs = await identity.testDatabase.admin.query('select from users where email = $1', [email])
  expect(theirs.rowCount).toBe(1)
})

test('an address of another tenant cannot become one’s own either', async () => {
  const { email: taken } = await identity.registerElsewhere()
  const { accessToken } = await identity.login(await identity.register())
  const body = { email: taken, password: goodPassword }
  expect((await identity.post('/api/v1/auth/change-email', body, accessToken)).status).toBe(202)
  const token = (await identity.mailsTo(taken)).at(-1)?.token
  const confirmed = await identity.post('/api/v1/auth/change-email/confirm', { token }, accessToken)
  expect([confirmed.status, confirmed.code]).toEqual([409, 'email_taken'])
})

test('a second step goes on in the tenant of the account', async () => {
  const { email, tenantId } = await identity.registerElsewhere()
  const { accessToken } = await identity.login(email)
  const begun = await identity.post('/api/v1/auth/totp', undefined, accessToken)
  const app = URI.parse(z.object({ uri: z.string() }).parse(begun.body).uri)
  if (!(app instanceof TOTP)) throw new Error('the address is not one of a TOTP')
  const code = (steps: number) => app.generate({ timestamp: Date.now() + steps * 30_000 })
  await identity.post('/api/v1/auth/totp/confirm', { code: code(-1) }, accessToken)

  const half = await identity.post('/api/v1/auth/login', { email, password: goodPassword })
  const { challenge } = z.object({ challenge: z.string() }).parse(half.body)
  const whole = await identity.post('/api/v1/auth/login/code', { challenge, code: code(0) })
  expect(whole.body).toMatchObject({ user: { tenantId } })
})

test('a new password by mail is of the account, of whatever tenant', async () => {
  const { email, tenantId } = await identity.registerElsewhere()
  await identity.post('/api/v1/auth/password-reset', { email })
  await identity.repeat('answer requests for a new password')
  const { token } = (await identity.mailsTo(email)).at(-1) ?? {}
  const newPassword = 'another horse battery'
  expect((await identity.post('/api/v1/auth/password-reset/confirm', { token, newPassword })).status).toBe(
    204,
  )
  expect(tenantIn((await identity.login(email, newPassword)).accessToken)).toBe(tenantId)
})

test('wrong passwords make whoever tries them wait, whatever tenant the account is of', async () => {
  const { email } = await identity.registerElsewhere()
  const from = { address: '198.51.100.7' }
  const guess = () =>
    identity.post('/api/v1/auth/login', { email, password: 'wrong horse battery' }, undefined, from)
  for (let tries = 0; tries < 6; tries += 1) await guess()
  expect((await guess()).code).toBe('too_many_attempts')
  await identity.login(email)
})

test('a sign-in that fails is in the log of the tenant whose account was tried', async () => {
  const { email, tenantId } = await identity.registerElsewhere()
  await identity.post('/api/v1/auth/login', { email, password: 'wrong horse battery' })
  const { rows } = await identity.testDatabase.admin.query<{ event: string }>(
    'select event from outbox_events where tenant_id = $1 and topic = $2',
    [tenantId, auditRecorded.topic],
  )
  expect(rows.map(({ event }) => JSON.parse(event).data)).toMatchObject([
    { outcome: 'denied', code: 'invalid_credentials', actor: null },
  ])
})

test('an address that would make somebody an administrator does so in the platform’s own tenant alone', async () => {
  const { email, tenantId } = await identity.registerElsewhere()
  const { admin } = identity.testDatabase
  await admin.query(`update users set email = 'ops@example.org' where email = $1`, [email])
  const { accessToken } = await identity.login('ops@example.org')
  await identity.post('/api/v1/auth/verify-email/resend', undefined, accessToken)
  const token = (await identity.mailsTo('ops@example.org')).at(-1)?.token
  expect((await identity.post('/api/v1/auth/verify-email', { token }, accessToken)).status).toBe(204)
  expect((await identity.login('ops@example.org')).user).toMatchObject({ tenantId, roles: ['member'] })
})
