import { decodeJwt } from 'jose'
import { TOTP, URI } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity()
})
afterAll(() => identity.close())

const path = '/api/v1/auth/totp'
const login = (email: string) => identity.post('/api/v1/auth/login', { email, password: goodPassword })
const challenged = z.object({ mfaRequired: z.literal(true), challenge: z.string(), expiresIn: z.number() })
const challengeFor = async (email: string) => challenged.parse((await login(email)).body).challenge
const withCode = (challenge: string, code: string) =>
  identity.post('/api/v1/auth/login/code', { challenge, code })
const remove = (accessToken: string) => identity.call(path, { method: 'DELETE' }, accessToken)

/** The app on somebody's phone. @param steps of 30 seconds away from now */
const codeOf = (uri: string, steps = 0): string => {
  const totp = URI.parse(uri)
  if (!(totp instanceof TOTP)) throw new Error('the address is not one of a TOTP')
  return totp.generate({ timestamp: Date.now() + steps * 30_000 })
}
const wrongCode = (uri: string) => {
  const right = new Set([-2, -1, 0, 1, 2].map((steps) => codeOf(uri, steps)))
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !right.has(code)) ?? ''
}
async function enrolled() {
  const email = await identity.register()
  const { accessToken, user } = await identity.login(email)
  const begun = z
    .object({ secret: z.string(), uri: z.string() })
    .parse((await identity.post(path, undefined, accessToken)).body)
  const confirmed = await identity.post(`${path}/confirm`, { code: codeOf(begun.uri, -1) }, accessToken)
  const { recoveryCodes } = z.object({ recoveryCodes: z.array(z.string()) }).parse(confirmed.body)
  return { email, accessToken, userId: user.id, ...begun, recoveryCodes }
}
/** As if the last code had been used long ago. */
const forgetUse = (userId: string) =>
  identity.testDatabase.admin.query('update totp_factors set last_step = 0 where user_id = $1', [userId])

test('who was signed in elsewhere without a code is out once codes are asked for', async () => {
  const email = await identity.register()
  const [elsewhere, here] = [await identity.login(email), await identity.login(email)]
  const begun = await identity.post(path, undefined, here.accessToken)
  const { uri } = z.object({ uri: z.string() }).parse(begun.body)
  await identity.post(`${path}/confirm`, { code: codeOf(uri) }, here.accessToken)
  const { refreshToken } = elsewhere
  expect((await identity.post('/api/v1/auth/refresh', { refreshToken })).code).toBe('invalid_refresh_token')
  expect((await remove(elsewhere.accessToken)).code).toBe('session_ended')
  await identity.refresh(here.refreshToken)
})

test('the owner is told of everything that changes the second factor, and of an administrator who removes it', async () => {
  const admin = await identity.loginAsAdmin()
  const { email, userId, accessToken, recoveryCodes } = await enrolled()
  const at = `/api/v1/users/${userId}/totp`
  const removeFor = (token: string) => identity.call(at, { method: 'DELETE' }, token)
  await identity.post(`${path}/recovery-codes`, undefined, accessToken)
  expect((await withCode(await challengeFor(email), recoveryCodes[0] ?? '')).code).toBe('wrong_code')
  expect((await removeFor(accessToken)).code).toBe('forbidden')
  expect((await removeFor(admin.accessToken)).status).toBe(204)
  expect((await removeFor(admin.accessToken)).code).toBe('totp_not_enabled')
  expect((await identity.get(path, accessToken)).code).toBe('session_ended')
  await identity.login(email)
  expect(await identity.changesToldTo(email)).toEqual([
    'second-factor-added',
    'recovery-codes-renewed',
    'second-factor-removed-for-you',
  ])
})

test('the owner is told of a recovery code that was used, a factor that was removed and a key that was made', async () => {
  const { email, accessToken, recoveryCodes } = await enrolled()
  await withCode(await challengeFor(email), recoveryCodes[0] ?? '')
  await identity.post('/api/v1/auth/api-keys', { name: 'Import', scope: ['documents:read'] }, accessToken)
  await remove(accessToken)
  expect(await identity.changesToldTo(email)).toEqual([
    'second-factor-added',
    'recovery-code-used',
    'api-key-made',
    'second-factor-removed',
  ])
})

test('an app is set up from an otpauth address, and asks for nothing before a code of it was confirmed', async () => {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  const begun = z
    .object({ secret: z.string(), uri: z.string() })
    .parse((await identity.post(path, undefined, accessToken)).body)
  expect(new URL(begun.uri)).toMatchObject({ protocol: 'otpauth:', host: 'totp' })
  expect(new URL(begun.uri).searchParams.get('secret')).toBe(begun.secret)
  expect(begun.secret).toHaveLength(32)
  await identity.login(email)
  const wrong = await identity.post(`${path}/confirm`, { code: wrongCode(begun.uri) }, accessToken)
  expect([wrong.status, wrong.code]).toEqual([403, 'wrong_code'])
  await identity.login(email)
  const before = await identity.get(path, accessToken)
  expect(before.body).toEqual({ enabled: false, recoveryCodesLeft: 0 })
})

test('with an app the password gives a challenge, and challenge and code give tokens that say so', async () => {
  const { email, uri } = await enrolled()
  const answer = await login(email)
  expect(answer.status).toBe(200)
  expect(challenged.parse(answer.body).expiresIn).toBe(300)
  expect(answer.body).not.toHaveProperty('accessToken')
  const finished = await withCode(await challengeFor(email), codeOf(uri))
  const { accessToken } = z.object({ accessToken: z.string() }).parse(finished.body)
  expect(decodeJwt(accessToken)).toMatchObject({
    auth_time: expect.any(Number),
    amr: ['pwd', 'otp', 'mfa'],
    acr: 'aal2',
  })
})

test('a refresh keeps the time and the kind of the proof', async () => {
  const { email, uri } = await enrolled()
  const first = z
    .object({ accessToken: z.string(), refreshToken: z.string() })
    .parse((await withCode(await challengeFor(email), codeOf(uri))).body)
  const { auth_time, amr } = decodeJwt(first.accessToken)
  const { accessToken } = await identity.refresh(first.refreshToken)
  expect(decodeJwt(accessToken)).toMatchObject({ auth_time, amr })
})

test('no code is taken twice, nor one that is older than the last: not even by ten at once', async () => {
  const { email, uri } = await enrolled()
  const [code, older] = [codeOf(uri), codeOf(uri, -1)]
  const challenges = await Promise.all(Array.from({ length: 4 }, () => challengeFor(email)))
  const answers = await Promise.all(challenges.map((challenge) => withCode(challenge, code)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403])
  expect((await withCode(await challengeFor(email), older)).code).toBe('wrong_code')
})

test('clocks may differ by one step and no more', async () => {
  const { email, uri, userId } = await enrolled()
  for (const [steps, status] of [
    [1, 200],
    [3, 403],
    [-3, 403],
  ] as const) {
    await forgetUse(userId)
    expect([steps, (await withCode(await challengeFor(email), codeOf(uri, steps))).status]).toEqual([
      steps,
      status,
    ])
  }
})

test('a challenge works once, and not after a new password or its five minutes', async () => {
  const { email, uri, userId, accessToken } = await enrolled()
  const used = await challengeFor(email)
  expect((await withCode(used, codeOf(uri))).status).toBe(200)
  await forgetUse(userId)
  expect((await withCode(used, codeOf(uri))).code).toBe('invalid_challenge')
  expect((await withCode('made-up', codeOf(uri))).code).toBe('invalid_challenge')

  const late = await challengeFor(email)
  await identity.testDatabase.admin.query(`update sign_in_challenges set expires_at = now()`)
  expect((await withCode(late, codeOf(uri))).code).toBe('invalid_challenge')

  const old = await challengeFor(email)
  const change = { currentPassword: goodPassword, newPassword: 'another horse battery' }
  expect((await identity.post('/api/v1/auth/change-password', change, accessToken)).status).toBe(204)
  expect((await withCode(old, codeOf(uri))).code).toBe('invalid_challenge')
})

test('guesses are made to wait, also many at once, and the right code after them as well', async () => {
  const { email, uri, userId } = await enrolled()
  const challenge = await challengeFor(email)
  const guesses = await Promise.all(Array.from({ length: 12 }, () => withCode(challenge, wrongCode(uri))))
  const tried = guesses.filter(({ code }) => code === 'wrong_code')
  expect(tried.length).toBeLessThanOrEqual(8)
  expect(guesses.some(({ code }) => code === 'too_many_attempts')).toBe(true)
  await identity.testDatabase.admin.query(`update failed_attempts set failures = 12, last_failed_at = now()`)
  const right = await withCode(challenge, codeOf(uri))
  expect([right.status, right.code]).toEqual([429, 'too_many_attempts'])
  expect(right.retryAfter).toBeGreaterThan(0)
  await identity.testDatabase.admin.query('truncate failed_attempts')
  await forgetUse(userId)
  expect((await withCode(challenge, codeOf(uri))).status).toBe(200)
})

test('each of ten recovery codes works once, however it is typed, and new ones end the old', async () => {
  const { email, recoveryCodes, accessToken } = await enrolled()
  expect(new Set(recoveryCodes).size).toBe(10)
  const [first = '', second = ''] = recoveryCodes
  const typed = first.toUpperCase().replaceAll('-', ' ')
  expect((await withCode(await challengeFor(email), typed)).status).toBe(200)
  expect((await withCode(await challengeFor(email), first)).code).toBe('wrong_code')
  expect((await identity.get(path, accessToken)).body).toEqual({ enabled: true, recoveryCodesLeft: 9 })

  const renewed = await identity.post(`${path}/recovery-codes`, undefined, accessToken)
  const { recoveryCodes: next } = z.object({ recoveryCodes: z.array(z.string()) }).parse(renewed.body)
  expect((await withCode(await challengeFor(email), second)).code).toBe('wrong_code')
  expect((await withCode(await challengeFor(email), next[0] ?? '')).status).toBe(200)
})

test('neither secrets nor recovery codes lie readable in the database', async () => {
  const { secret, recoveryCodes } = await enrolled()
  const { admin } = identity.testDatabase
  for (const table of ['totp_factors', 'recovery_codes', 'sign_in_challenges', 'outbox_events']) {
    const { rows } = await admin.query(`select t::text as text from ${table} t`)
    const text = JSON.stringify(rows)
    expect(text).not.toContain(secret)
    expect(text).not.toContain(recoveryCodes[0])
  }
})

test('a reset by mail does not skip the code', async () => {
  const { email, uri } = await enrolled()
  await identity.post('/api/v1/auth/password-reset', { email })
  await identity.repeat('answer requests for a new password')
  const token = (await identity.mailsTo(email)).at(-1)?.token
  await identity.post('/api/v1/auth/password-reset/confirm', { token, newPassword: goodPassword })
  expect((await withCode(await challengeFor(email), codeOf(uri))).status).toBe(200)
})

test('what a stolen token must not do asks for a proof of the last five minutes, by all factors', async () => {
  const { email, uri, accessToken: early, userId } = await enrolled()
  const { admin } = identity.testDatabase
  const { refreshToken } = z
    .object({ refreshToken: z.string() })
    .parse((await withCode(await challengeFor(email), codeOf(uri))).body)
  await admin.query(`update sessions set created_at = now() - interval '6 minutes' where user_id = $1`, [
    userId,
  ])
  const { accessToken } = await identity.refresh(refreshToken)
  const change = { currentPassword: goodPassword, newPassword: 'another horse battery' }
  for (const refused of [
    await remove(accessToken),
    await identity.post(path, undefined, accessToken),
    await identity.post(`${path}/recovery-codes`, undefined, accessToken),
    await identity.post('/api/v1/auth/change-password', change, accessToken),
    await identity.post('/api/v1/auth/change-email', { email, password: goodPassword }, accessToken),
  ]) {
    expect([refused.status, refused.code]).toEqual([401, 'insufficient_user_authentication'])
  }

  const stepUp = (body: unknown) => identity.post('/api/v1/auth/step-up', body, accessToken)
  expect((await stepUp({ password: goodPassword })).code).toBe('code_required')
  expect((await stepUp({ password: 'wrong horse battery', code: codeOf(uri, 1) })).code).toBe(
    'wrong_password',
  )
  expect((await stepUp({ password: goodPassword, code: wrongCode(uri) })).code).toBe('wrong_code')
  const stepped = await stepUp({ password: goodPassword, code: codeOf(uri, 1) })
  const fresh = z.object({ accessToken: z.string() }).parse(stepped.body).accessToken
  expect((await remove(fresh)).status).toBe(204)
  // The token of the enrolment was fresh as well; there is nothing left to disable.
  expect((await remove(early)).code).toBe('totp_not_enabled')
  await identity.login(email)
})

test('a step-up is the proof of the token that it gives, and of none that the session’s refresh token gives', async () => {
  const email = await identity.register()
  const { accessToken, refreshToken, user } = await identity.login(email)
  await identity.testDatabase.admin.query(
    `update sessions set created_at = created_at - interval '6 minutes' where user_id = $1`,
    [user.id],
  )
  const stepped = await identity.post('/api/v1/auth/step-up', { password: goodPassword }, accessToken)
  const proven = z.object({ accessToken: z.string() }).parse(stepped.body).accessToken
  const refreshed = (await identity.refresh(refreshToken)).accessToken
  expect((await identity.post(path, undefined, refreshed)).code).toBe('insufficient_user_authentication')
  expect((await identity.post(path, undefined, proven)).status).toBe(201)
  const time = (token: string) => Number(decodeJwt(token).auth_time)
  expect(time(proven)).toBeGreaterThan(time(refreshed) + 300)
})

test('whoever has the password and guesses codes keeps nobody out who is where they always are, or has their device', async () => {
  const { email, uri, userId } = await enrolled()
  const from = (address: string) => ({ address })
  const [home, cafe, attacker] = ['198.51.100.201', '198.51.100.202', '203.0.113.201']
  const start = async (address: string) =>
    challenged.parse(
      (await identity.post('/api/v1/auth/login', { email, password: goodPassword }, undefined, from(address)))
        .body,
    ).challenge
  const show = async (address: string, code: string, more: Record<string, unknown> = {}) =>
    identity.post(
      '/api/v1/auth/login/code',
      { challenge: await start(address), code, ...more },
      undefined,
      from(address),
    )
  const first = await show(home, codeOf(uri), { rememberDevice: true })
  const { deviceToken } = z.object({ deviceToken: z.string() }).parse(first.body)

  for (let guesses = 0; guesses < 5; guesses += 1) {
    expect((await show(attacker, wrongCode(uri))).code).toBe('wrong_code')
  }
  // Time stands still for the wait, so that a slow machine does not sit it out.
  await identity.testDatabase.admin.query(
    `update failed_attempts set last_failed_at = now() + interval '1 hour' where failures >= 5`,
  )
  await forgetUse(userId)
  expect((await show(attacker, codeOf(uri))).code).toBe('too_many_attempts')
  // Other strangers are no way around it.
  expect((await show('203.0.113.202', codeOf(uri))).code).toBe('too_many_attempts')
  expect((await show(home, codeOf(uri))).status).toBe(200)
  await forgetUse(userId)
  expect((await show(cafe, codeOf(uri), { deviceToken })).status).toBe(200)
})

test('who knew the password before there was a code is a stranger where codes are counted', async () => {
  const email = await identity.register()
  const early = { address: '203.0.113.210' }
  await identity.post('/api/v1/auth/login', { email, password: goodPassword }, undefined, early)
  const { accessToken, user } = await identity.login(email)
  const begun = await identity.post(path, undefined, accessToken)
  const { uri } = z.object({ uri: z.string() }).parse(begun.body)
  await identity.post(`${path}/confirm`, { code: codeOf(uri, -1) }, accessToken)
  const { rows } = await identity.testDatabase.admin.query(
    'select kind from known_clients where user_id = $1',
    [user.id],
  )
  expect(rows).toEqual([{ kind: 'address' }])
})
