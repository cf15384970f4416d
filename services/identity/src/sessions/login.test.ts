import { tokenVerifier } from '@alta/kit/auth/tokens'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
let email: string
beforeAll(async () => {
  identity = await startIdentity({ PASSWORD_HASHES_WAITING: 4 })
  email = await identity.register()
})
afterAll(() => identity.close())

const path = '/api/v1/auth/login'

test('the right password gives tokens that the kit verifies with the published keys', async () => {
  const { accessToken, expiresIn, user } = await identity.login(email)
  expect(expiresIn).toBe(600)
  expect(user.email).toBe(email)
  const keys = createRemoteJWKSet(new URL(`${identity.url}/.well-known/jwks.json`), {
    headers: { 'dapr-api-token': 'app-token-for-tests' },
  })
  const principal = await tokenVerifier({ issuer: 'https://alta.local', audience: 'alta', keys })(accessToken)
  expect(principal).toMatchObject({ userId: user.id, tenantId: DEFAULT_TENANT, roles: ['member'] })
  expect(decodeProtectedHeader(accessToken)).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: expect.any(String) })
  const { iat = 0, exp = 0, jti } = decodeJwt(accessToken)
  expect(exp - iat).toBe(600)
  expect(jti).toEqual(expect.any(String))
})

test('the address may be typed in any case', async () => {
  expect((await identity.login(` ${email.toUpperCase()} `)).user.email).toBe(email)
})

test('a wrong password and an unknown address are answered alike', async () => {
  const wrong = await identity.post(path, { email, password: 'wrong horse battery' })
  const unknown = await identity.post(path, { email: 'nobody@example.org', password: 'wrong horse battery' })
  expect([wrong.status, wrong.code]).toEqual([401, 'invalid_credentials'])
  const withoutId = (body: unknown) => ({ ...Object(body), requestId: '' })
  expect(withoutId(unknown.body)).toEqual(withoutId(wrong.body))
})

test('the clock does not tell unknown addresses from known ones', async () => {
  const times = { known: [] as number[], unknown: [] as number[] }
  // In turn, so that what else the machine does falls on both.
  for (let count = 0; count < 7; count += 1) {
    for (const kind of ['known', 'unknown'] as const) {
      const address = kind === 'known' ? email : 'nobody@example.org'
      const begun = performance.now()
      // From elsewhere each time: nobody is to be made to wait here.
      const from = { address: `192.0.2.${count}` }
      await identity.post(path, { email: address, password: 'wrong horse battery' }, undefined, from)
      times[kind].push(performance.now() - begun)
    }
  }
  const median = (all: number[]) => all.sort((one, other) => one - other)[3] ?? 0
  const [known, unknown] = [median(times.known), median(times.unknown)]
  // A skipped hash would leave a few milliseconds of some eighty.
  expect(unknown).toBeGreaterThan(known / 3)
  expect(known).toBeGreaterThan(unknown / 3)
})

test('a password of a megabyte is refused as an input, before anything is hashed', async () => {
  const answer = await identity.post(path, { email, password: 'x'.repeat(1_000_000) })
  expect([answer.status, answer.code]).toEqual([400, 'validation_failed'])
  expect(JSON.stringify(answer.body).length).toBeLessThan(1_000)
  const larger = await identity.post(path, { email, password: 'x'.repeat(1_100_000) })
  expect([larger.status, larger.code]).toEqual([413, 'payload_too_large'])
})

test('every character of a password counts: blanks, case, NUL, and unlike Unicode forms', async () => {
  const odd = ' Pässwört\0 with blanks '
  const body = { email: 'odd@example.org', password: odd, name: 'Odd' }
  expect((await identity.post('/api/v1/auth/register', body)).status).toBe(201)
  await identity.login('odd@example.org', odd)
  for (const other of [
    odd.trim(),
    odd.toLowerCase(),
    odd.replace('\0', ''),
    odd.normalize('NFD'),
    ' Pässwört',
  ]) {
    const answer = await identity.post(path, { email: 'odd@example.org', password: other })
    expect(answer.status).toBe(401)
  }
})

test('each sign-in is a session of its own', async () => {
  const [one, other] = [await identity.login(email), await identity.login(email)]
  expect(decodeJwt(one.accessToken).sid).not.toBe(decodeJwt(other.accessToken).sid)
})

test('more sign-ins at once than may wait are 503, and the others succeed', async () => {
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => identity.post(path, { email, password: goodPassword })),
  )
  const busy = answers.filter(({ status }) => status === 503)
  expect(busy.length).toBeGreaterThan(0)
  expect(new Set(busy.map(({ code }) => code))).toEqual(new Set(['too_busy']))
  expect(answers.filter(({ status }) => status === 200).length).toBe(30 - busy.length)
  expect(answers.length - busy.length).toBeGreaterThanOrEqual(6)
})

test('a hash of weaker parameters is renewed at the next sign-in, and of several at once each gets in', async () => {
  const { admin } = identity.testDatabase
  const weak = '$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$'
  const { argon2Sync } = await import('node:crypto')
  const tag = argon2Sync('argon2id', {
    message: goodPassword,
    nonce: Buffer.from('somesaltsomesalt'),
    memory: 8192,
    passes: 1,
    parallelism: 1,
    tagLength: 32,
  })
  await admin.query(
    'update credentials set password_hash = $1 where user_id = (select id from users where email = $2)',
    [weak + tag.toString('base64').replace(/=+$/, ''), email],
  )
  await Promise.all([identity.login(email), identity.login(email), identity.login(email)])
  const { rows } = await admin.query<{ password_hash: string }>(
    'select password_hash from credentials join users on users.id = user_id where email = $1',
    [email],
  )
  expect(rows[0]?.password_hash).toContain('m=47104')
  await identity.login(email)
})
