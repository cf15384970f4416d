import { TOTP, URI } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { goodPassword, settings, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'
import { encryptAnew } from './encrypt-anew.ts'
import { encryptionKeys } from './sealer.ts'

const before = settings.IDENTITY_KEY_ENCRYPTION_KEY
const after = 'the-new-one-the-new-one-the-new-one'

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity()
})
afterAll(() => identity.close())

const codeOf = (uri: string): string => {
  const totp = URI.parse(uri)
  if (!(totp instanceof TOTP)) throw new Error('the address is not one of a TOTP')
  return totp.generate()
}
async function enrolled() {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  const begun = await identity.post('/api/v1/auth/totp', undefined, accessToken)
  const { uri } = z.object({ uri: z.string() }).parse(begun.body)
  const confirmed = await identity.post('/api/v1/auth/totp/confirm', { code: codeOf(uri) }, accessToken)
  const { recoveryCodes } = z.object({ recoveryCodes: z.array(z.string()) }).parse(confirmed.body)
  // As if the code had been used long ago.
  await identity.testDatabase.admin.query('update totp_factors set last_step = 0')
  return { email, uri, recoveryCodes }
}
/** Another process on the same database. */
const restarted = (key: string) => startIdentity({ IDENTITY_KEY_ENCRYPTION_KEY: key }, identity.testDatabase)
const signIn = async (at: TestIdentity, email: string, code: string) => {
  const login = await at.post('/api/v1/auth/login', { email, password: goodPassword })
  const { challenge } = z.object({ challenge: z.string() }).parse(login.body)
  return at.post('/api/v1/auth/login/code', { challenge, code })
}

test('with a key that is not the one of the database nobody signs in, which is 503 and no fault of theirs', async () => {
  const email = await identity.register()
  await identity.login(email)
  const other = await restarted(after)
  const answer = await other.post('/api/v1/auth/login', { email, password: goodPassword })
  expect([answer.status, answer.code]).toEqual([503, 'unavailable'])
  await other.close()
})

test('a second factor that cannot be decrypted is 503, is not counted as a guess, and a recovery code works', async () => {
  const { email, uri, recoveryCodes } = await enrolled()
  await identity.testDatabase.admin.query('delete from signing_keys')
  const other = await restarted(after)
  for (let time = 0; time < 7; time += 1) {
    const answer = await signIn(other, email, codeOf(uri))
    expect([answer.status, answer.code]).toEqual([503, 'unavailable'])
  }
  expect((await signIn(other, email, recoveryCodes[0] ?? '')).status).toBe(200)
  await identity.testDatabase.admin.query('delete from signing_keys')
  await other.close()
})

test('a new key before the old one reads what that has encrypted, and needs it no more once a job has encrypted it anew', async () => {
  await identity.testDatabase.admin.query('delete from signing_keys')
  const first = await restarted(before)
  const { email, uri } = await enrolled()
  await first.login(await first.register())
  await first.close()

  const both = await restarted(`${after} ${before}`)
  expect((await signIn(both, email, codeOf(uri))).status).toBe(200)
  await both.repeat('encrypt with the present key')
  await both.close()

  await identity.testDatabase.admin.query('update totp_factors set last_step = 0')
  const alone = await restarted(after)
  expect((await signIn(alone, email, codeOf(uri))).status).toBe(200)
  await alone.close()
})

test('with one key there is no such job, and what is too short is no key', async () => {
  expect(encryptAnew(identity.testDatabase.database, before)).toEqual([])
  expect(() => encryptionKeys(`${after} short`)).toThrow('at least 32 characters')
})
