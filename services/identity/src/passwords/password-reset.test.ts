import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import { emitted } from '@alta/kit/testing/deliver'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity()
})
afterAll(() => identity.close())

const path = '/api/v1/auth/password-reset'
const newPassword = 'another horse battery staple'

const ask = async (email: string) => {
  expect((await identity.post(path, { email })).status).toBe(202)
  await identity.repeat('answer requests for a new password')
}
const tokensOf = async (email: string): Promise<string[]> =>
  (await identity.mailsTo(email)).flatMap(({ template, token }) =>
    template === 'reset-password' && token ? [token] : [],
  )
const tokenFor = async (email: string): Promise<string> => {
  await ask(email)
  return (await tokensOf(email)).at(-1) ?? expect.fail(`no mail to ${email}`)
}
const confirm = (token: string, password = newPassword) =>
  identity.post(`${path}/confirm`, { token, newPassword: password })
const refused = async (token: string) => {
  const answer = await confirm(token)
  expect([answer.status, answer.code]).toEqual([403, 'invalid_token'])
}

test('the token of the mail sets a new password and ends every session, and a mail tells so', async () => {
  const email = await identity.register()
  const { refreshToken, accessToken } = await identity.login(email)
  const token = await tokenFor(email)
  expect(Buffer.from(token, 'base64url').length * 8).toBe(256)
  expect((await confirm(token)).status).toBe(204)

  await identity.login(email, newPassword)
  expect((await identity.post('/api/v1/auth/login', { email, password: goodPassword })).status).toBe(401)
  expect((await identity.post('/api/v1/auth/refresh', { refreshToken })).status).toBe(401)
  expect((await identity.get('/api/v1/auth/me', accessToken)).code).toBe('session_ended')
  expect((await identity.mailsTo(email)).at(-1)).toEqual({ template: 'password-changed', token: undefined })
})

test('an address without an account gets the same answer and no mail', async () => {
  const email = await identity.register()
  const [known, unknown] = [
    await identity.post(path, { email }),
    await identity.post(path, { email: 'nobody@example.org' }),
  ]
  expect(unknown).toEqual(known)
  expect(known).toMatchObject({ status: 202, body: undefined })
  await identity.repeat('answer requests for a new password')
  expect(await identity.mailsTo('nobody@example.org')).toEqual([])
  const { rows } = await identity.testDatabase.admin.query('select * from reset_requests')
  expect(rows).toEqual([])
})

test('what the database does until the answer is the same, so that the clock tells nothing', async () => {
  const { admin } = identity.testDatabase
  const email = await identity.register()
  const written = async (address: string) => {
    await admin.query('truncate outbox_events, reset_requests')
    await identity.post(path, { email: address })
    const { rows } = await admin.query<{ topic: string; length: number }>(
      'select topic, length(event)::int from outbox_events',
    )
    const requests = await admin.query('select 1 from reset_requests')
    return { events: rows, requests: requests.rowCount }
  }
  const unknown = 'x'.repeat(email.indexOf('@')) + email.slice(email.indexOf('@'))
  expect(await written(unknown)).toEqual(await written(email))
})

test('a token works once, and of ten who use it at once one succeeds', async () => {
  const email = await identity.register()
  const token = await tokenFor(email)
  const answers = await Promise.all(Array.from({ length: 10 }, () => confirm(token)))
  expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 403)).toHaveLength(9)
  await refused(token)
})

test('the use of one token spends the others of the account', async () => {
  const email = await identity.register()
  const [first, second] = [await tokenFor(email), await tokenFor(email)]
  expect((await confirm(second)).status).toBe(204)
  await refused(first)
})

test('a token is spent by a change of the password', async () => {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  const token = await tokenFor(email)
  const change = { currentPassword: goodPassword, newPassword }
  expect((await identity.post('/api/v1/auth/change-password', change, accessToken)).status).toBe(204)
  await refused(token)
})

test('a token lives for half an hour', async () => {
  const email = await identity.register()
  const token = await tokenFor(email)
  const age = (minutes: number) =>
    identity.testDatabase.admin.query(
      'update mail_tokens set expires_at = expires_at - make_interval(mins => $1)',
      [minutes],
    )
  await age(29)
  expect((await confirm(token, 'aaaaaaaaaaaa')).status).toBe(400)
  await age(1)
  await refused(token)
})

test.each(['made up', 'a'.repeat(200), "' or 1=1 --"])('%s is no token', refused)

test('a token is refused without a hash', async () => {
  const begun = performance.now()
  await identity.register()
  const hashed = performance.now() - begun
  const middle = performance.now()
  for (let count = 0; count < 10; count += 1) await confirm(`made up ${count}`)
  expect((performance.now() - middle) / 10).toBeLessThan(hashed / 2)
})

test('nobody can fill a mailbox: three mails an hour, however often they are asked for', async () => {
  const email = await identity.register()
  for (let count = 0; count < 5; count += 1) await ask(email)
  expect(await tokensOf(email)).toHaveLength(3)
  await identity.testDatabase.admin.query(`update mail_tokens set created_at = now() - interval '61 minutes'`)
  await ask(email)
  expect(await tokensOf(email)).toHaveLength(4)
})

test('a hundred requests at once are all answered in one turn, in two processes at once too', async () => {
  const emails = Array.from({ length: 50 }, (_, count) => `waiting-${count}@example.org`)
  const email = await identity.register()
  await Promise.all([...emails, email].map((address) => identity.post(path, { email: address })))
  const turn = () => identity.repeat('answer requests for a new password')
  await Promise.all([turn(), turn()])
  expect(await tokensOf(email)).toHaveLength(1)
  const { rows } = await identity.testDatabase.admin.query('select 1 from reset_requests')
  expect(rows).toEqual([])
})

test('no token that works is in the database, in no event and in no log of what was done', async () => {
  const email = await identity.register()
  const token = await tokenFor(email)
  for (const table of ['mail_tokens', 'outbox_events', 'reset_requests']) {
    const { rows } = await identity.testDatabase.admin.query(`select * from ${table}`)
    const text = JSON.stringify(
      rows.map((row) =>
        Object.values(row).map((one) => (Buffer.isBuffer(one) ? one.toString('base64url') : one)),
      ),
    )
    expect(text).not.toContain(token)
  }
})

test('a stranger’s Host header has no part in the link', async () => {
  const email = await identity.register()
  await fetch(identity.url + path, {
    method: 'POST',
    headers: {
      'dapr-api-token': 'app-token-for-tests',
      'content-type': 'application/json',
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
    },
    body: JSON.stringify({ email }),
  })
  await identity.repeat('answer requests for a new password')
  expect(await tokensOf(email)).toHaveLength(1)
  const { rows } = await identity.testDatabase.admin.query('select event from outbox_events')
  expect(JSON.stringify(rows)).not.toContain('evil')
})

test('who resets is let in at once where they are, and an attacker’s known place is a stranger’s again', async () => {
  const email = await identity.register()
  const { admin } = identity.testDatabase
  const signIn = (password: string, address: string) =>
    identity.post('/api/v1/auth/login', { email, password }, undefined, { address })
  await signIn(goodPassword, '203.0.113.9')
  await signIn('a wrong password', '203.0.113.10')
  await admin.query(
    `update failed_attempts set failures = 50, last_failed_at = now() + interval '1 hour' where scope = 'account'`,
  )
  const token = await tokenFor(email)
  const from = { address: '198.51.100.9' }
  await identity.post(`${path}/confirm`, { token, newPassword }, undefined, from)
  const { rows } = await admin.query(
    'select known_clients.kind from known_clients join users on users.id = user_id where email = $1',
    [email],
  )
  expect(rows).toEqual([{ kind: 'address' }])
  expect((await signIn(newPassword, '203.0.113.9')).status).toBe(429)
  expect((await signIn(newPassword, from.address)).status).toBe(200)
})

test('both steps are in the audit log, and what was made up is noted as denied', async () => {
  const { admin } = identity.testDatabase
  const email = await identity.register()
  const token = await tokenFor(email)
  await admin.query('truncate outbox_events')
  await confirm(token)
  await refused('made up once more')
  const entries = (await emitted(admin, auditRecorded)).map(({ outcome, code, resources }) => ({
    outcome,
    code,
    names: resources.map(({ name }) => name),
  }))
  expect(entries[0]).toEqual({
    outcome: 'allowed',
    code: null,
    names: ['user', 'account-mail.send-requested.v1'],
  })
})
