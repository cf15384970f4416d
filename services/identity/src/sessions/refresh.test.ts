import { afterAll, beforeAll, expect, test } from 'vitest'
import { startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
let email: string
beforeAll(async () => {
  // The longest grace there is: it must not end while a slow machine is still asking.
  identity = await startIdentity({ REFRESH_GRACE_SECONDS: 60 })
  email = await identity.register()
})
afterAll(() => identity.close())

const path = '/api/v1/auth/refresh'
const refused = async (refreshToken: string) => {
  const answer = await identity.post(path, { refreshToken })
  expect([answer.status, answer.code]).toEqual([401, 'invalid_refresh_token'])
}
/** As if all refreshes so far had happened that long ago. */
const age = (seconds: number) =>
  identity.testDatabase.admin.query(
    `update refresh_tokens set used_at = used_at - make_interval(secs => $1) where used_at is not null`,
    [seconds],
  )
const endOf = async (sid: string) => {
  const { rows } = await identity.testDatabase.admin.query<{ end_reason: string | null }>(
    'select end_reason from sessions where id = $1',
    [sid],
  )
  return rows[0]?.end_reason
}
const sessionOf = (accessToken: string): string =>
  JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()).sid

test('each refresh gives a new pair for the same session, and the new one works', async () => {
  const first = await identity.login(email)
  const second = await identity.refresh(first.refreshToken)
  const third = await identity.refresh(second.refreshToken)
  expect(new Set([first.refreshToken, second.refreshToken, third.refreshToken]).size).toBe(3)
  expect(sessionOf(third.accessToken)).toBe(sessionOf(first.accessToken))
  expect((await identity.get('/api/v1/auth/me', third.accessToken)).status).toBe(200)
})

test('a second use within the grace gives the same successor', async () => {
  const { refreshToken } = await identity.login(email)
  const once = await identity.refresh(refreshToken)
  expect((await identity.refresh(refreshToken)).refreshToken).toBe(once.refreshToken)
  await identity.refresh(once.refreshToken)
})

test('a second use after the grace ends the session, for the owner too', async () => {
  const { refreshToken } = await identity.login(email)
  const next = await identity.refresh(refreshToken)
  await age(61)
  await refused(refreshToken)
  await refused(next.refreshToken)
  expect(await endOf(sessionOf(next.accessToken))).toBe('token-reused')
  expect((await identity.get('/api/v1/auth/me', next.accessToken)).code).toBe('session_ended')
})

test('a token two generations old ends the session, within the grace too', async () => {
  const { refreshToken } = await identity.login(email)
  const second = await identity.refresh(refreshToken)
  const third = await identity.refresh(second.refreshToken)
  await refused(refreshToken)
  await refused(third.refreshToken)
})

test('fifty refreshes at once leave one session with one valid token', async () => {
  const { refreshToken, accessToken } = await identity.login(email)
  const all = await Promise.all(Array.from({ length: 50 }, () => identity.refresh(refreshToken)))
  const successors = new Set(all.map((each) => each.refreshToken))
  expect(successors.size).toBe(1)
  const { rows } = await identity.testDatabase.admin.query<{ valid: number }>(
    'select count(*)::int as valid from refresh_tokens where session_id = $1 and used_at is null',
    [sessionOf(accessToken)],
  )
  expect(rows[0]?.valid).toBe(1)
  await identity.refresh(all[0]?.refreshToken ?? '')
})

test('without a grace, of fifty at once one gets a successor and the session ends', async () => {
  const strict = await startIdentity({ REFRESH_GRACE_SECONDS: 0 })
  const { refreshToken } = await strict.login(await strict.register())
  const answers = await Promise.all(Array.from({ length: 50 }, () => strict.post(path, { refreshToken })))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  const { rows } = await strict.testDatabase.admin.query('select 1 from sessions where ended_at is null')
  expect(rows).toHaveLength(0)
  await strict.close()
})

test('a session is over at its absolute end, however fresh its token', async () => {
  const { refreshToken, accessToken } = await identity.login(email)
  const next = await identity.refresh(refreshToken)
  await identity.testDatabase.admin.query(`update sessions set expires_at = now() where id = $1`, [
    sessionOf(accessToken),
  ])
  await refused(next.refreshToken)
})

test('refreshes and a logout at once leave no valid token', async () => {
  const { refreshToken, accessToken } = await identity.login(email)
  const refreshes = Array.from({ length: 10 }, () => identity.post(path, { refreshToken }))
  const [logout, ...answers] = await Promise.all([
    identity.post('/api/v1/auth/logout', undefined, accessToken),
    ...refreshes,
  ])
  expect(logout.status).toBe(204)
  await refused(refreshToken)
  for (const { body } of answers) {
    const successor = Object(body).refreshToken
    if (typeof successor === 'string') await refused(successor)
  }
})

test.each(['unknown', 'a'.repeat(200), "' or 1=1 --"])('%s is no refresh token', refused)

test('an access token is no refresh token, and a refresh token no access token', async () => {
  const { refreshToken, accessToken } = await identity.login(email)
  const answer = await identity.post(path, { refreshToken: accessToken })
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect((await identity.get('/api/v1/auth/me', refreshToken)).status).toBe(401)
})

test('the database holds no token that could be used', async () => {
  const { refreshToken } = await identity.login(email)
  const next = await identity.refresh(refreshToken)
  const { rows } = await identity.testDatabase.admin.query('select * from refresh_tokens')
  const bytes = rows.map((row) =>
    Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value))),
  )
  const text = JSON.stringify(bytes)
  for (const token of [refreshToken, next.refreshToken]) {
    expect(text).not.toContain(token)
    expect(text).not.toContain(Buffer.from(token, 'base64url').toString('latin1'))
  }
})
