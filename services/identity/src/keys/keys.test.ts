import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { keyFor, unseal } from '@alta/kit/sealing'
import type { TestDatabase } from '@alta/kit/testing/database'
import { createTestDatabase } from '@alta/kit/testing/database'
import { decodeJwt, exportSPKI, importJWK, type JWK, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { IdentitySchema } from '../database/schema.ts'
import { settings, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'
import { type Keyring, keyring } from './keyring.ts'

const migrations = new URL('../database/migrations/', import.meta.url)
const secret = settings.IDENTITY_KEY_ENCRYPTION_KEY
const day = 86_400_000

let identity: TestIdentity
let fresh: TestDatabase<IdentitySchema>
beforeAll(async () => {
  identity = await startIdentity()
  fresh = await createTestDatabase('identity', migrations)
})
afterAll(async () => {
  await identity.close()
  await fresh.close()
})

const kids = async (keys: Keyring) => (await keys.published()).keys.map(({ kid }) => kid)

test('of ten processes that start on an empty database, one makes the key and all use it', async () => {
  const all = Array.from({ length: 10 }, () =>
    keyring({ database: fresh.database, secret, replaceAfterDays: 90 }),
  )
  const current = await Promise.all(all.map((keys) => keys.current()))
  expect(new Set(current.map(({ kid }) => kid)).size).toBe(1)
  const { rows } = await fresh.admin.query('select 1 from signing_keys')
  expect(rows).toHaveLength(1)
})

test('a key is replaced when it is old: published first, used for signing ten minutes later', async () => {
  let clock = Date.now()
  const open = () => keyring({ database: fresh.database, secret, replaceAfterDays: 90, now: () => clock })
  const first = (await open().current()).kid
  clock += 91 * day
  const keys = open()
  expect((await keys.current()).kid).toBe(first)
  const announced = await kids(keys)
  expect(announced).toHaveLength(2)
  clock += 11 * 60_000
  const second = (await keys.current()).kid
  expect(second).not.toBe(first)
  expect(await kids(keys)).toEqual([second, first])

  clock += 91 * day
  await keys.current()
  clock += 11 * 60_000
  const third = (await keys.current()).kid
  expect(await kids(keys)).toEqual([third, second])
})

test('private keys lie encrypted, and another encryption key says so instead of signing', async () => {
  const { rows } = await fresh.admin.query<{ sealed_private_key: Buffer; public_jwk: JWK }>(
    'select sealed_private_key, public_jwk from signing_keys order by created_at limit 1',
  )
  const sealed = rows[0]?.sealed_private_key ?? expect.fail('no key')
  expect(() => createPrivateKey({ key: sealed, format: 'der', type: 'pkcs8' })).toThrow()
  expect(unseal(keyFor('alta identity: private signing keys', secret), sealed).length).toBeGreaterThan(1_000)
  expect(rows[0]?.public_jwk).not.toHaveProperty('d')
  const wrong = keyring({ database: fresh.database, secret: 'x'.repeat(40), replaceAfterDays: 90 })
  await expect(wrong.current()).rejects.toMatchObject({
    status: 503,
    note: expect.stringContaining('IDENTITY_KEY_ENCRYPTION_KEY is not the one'),
  })
})

test('known keys serve on while the database is away', async () => {
  let clock = Date.now()
  const own = await createTestDatabase<IdentitySchema>('identity', migrations)
  const keys = keyring({ database: own.database, secret, replaceAfterDays: 90, now: () => clock })
  const { kid } = await keys.current()
  await own.close()
  clock += 5 * 60_000
  expect((await keys.current()).kid).toBe(kid)
})

test('the published keys are public halves of 3,072 bits, and discovery points to them', async () => {
  const { body } = await identity.get('/.well-known/jwks.json')
  const [jwk] = z.object({ keys: z.array(z.looseObject({ kid: z.string() })) }).parse(body).keys
  expect(Object.keys(jwk ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
  expect(Buffer.from(String(jwk?.n), 'base64url').length * 8).toBe(3072)
  expect((await identity.get('/.well-known/openid-configuration')).body).toMatchObject({
    issuer: 'https://alta.local',
    jwks_uri: 'http://localhost:8080/.well-known/jwks.json',
  })
})

/** Tokens that look right and are not; each made from a good one of the running service. */
async function forgeries(): Promise<Record<string, string>> {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  const claims = decodeJwt(accessToken)
  const [head = '', body = '', signature = ''] = accessToken.split('.')
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const header = JSON.parse(Buffer.from(head, 'base64url').toString())

  const { rows } = await identity.testDatabase.admin.query<{ sealed_private_key: Buffer; public_jwk: JWK }>(
    'select sealed_private_key, public_jwk from signing_keys',
  )
  const row = rows[0] ?? expect.fail('no key')
  const ours = createPrivateKey({
    key: unseal(keyFor('alta identity: private signing keys', secret), row.sealed_private_key),
    format: 'der',
    type: 'pkcs8',
  })
  const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const publicKey = await importJWK(row.public_jwk, 'RS256')
  if (publicKey instanceof Uint8Array) throw new Error('the published key is not an RSA key')
  const publicPem = await exportSPKI(publicKey)
  const hmac = `${encode({ ...header, alg: 'HS256' })}.${body}`
  const signed = (payload: object, changes: object = {}, key: KeyObject = ours) =>
    new SignJWT({ ...claims, ...payload }).setProtectedHeader({ ...header, ...changes }).sign(key)

  return {
    'alg none': `${encode({ ...header, alg: 'none' })}.${body}.`,
    'alg nOnE': `${encode({ ...header, alg: 'nOnE' })}.${body}.${signature}`,
    'HS256 with the public key': `${hmac}.${createHmac('sha256', publicPem).update(hmac).digest('base64url')}`,
    'no signature': `${head}.${body}.`,
    'another key under our kid': await signed({}, {}, theirs.privateKey),
    'its own embedded key': await signed(
      {},
      { jwk: theirs.publicKey.export({ format: 'jwk' }), kid: undefined },
      theirs.privateKey,
    ),
    'a kid that is a path': await signed({}, { kid: '../../../dev/null' }),
    'a kid that is SQL': await signed({}, { kid: "' or '1'='1" }),
    'an unknown critical header': `${encode({ ...header, crit: ['x'], x: 1 })}.${body}.${signature}`,
    'another typ': await signed({}, { typ: 'JWT' }),
    'another issuer': await signed({ iss: 'https://evil' }),
    'another audience': await signed({ aud: 'other' }),
    'an exp in the past': await signed({ exp: 1 }),
    'an exp that is text': await signed({ exp: 'tomorrow' as unknown as number }),
    'changed claims': `${head}.${encode({ ...claims, roles: ['admin'] })}.${signature}`,
    garbage: 'a.b.c',
  }
}

test('no forged token gets in', async () => {
  for (const [what, token] of Object.entries(await forgeries())) {
    const answer = await identity.get('/api/v1/auth/me', token)
    expect([what, answer.status, answer.code]).toEqual([what, 401, 'unauthenticated'])
  }
})
