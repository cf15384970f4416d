import { tokenVerifier } from '@alta/kit/auth/tokens'
import { createRemoteJWKSet, decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
let admin: Awaited<ReturnType<TestIdentity['login']>>
beforeAll(async () => {
  identity = await startIdentity()
  admin = await identity.loginAsAdmin()
})
afterAll(() => identity.close())

const path = '/api/v1/auth/api-keys'
const created = z.object({ id: z.uuid(), key: z.string(), hint: z.string() })
const list = z.object({
  items: z.array(z.looseObject({ id: z.string(), lastUsedAt: z.string().nullable() })),
})
const make = (accessToken: string, body: object = {}, at = path) =>
  identity.post(at, { name: 'Import', scope: ['documents:read'], ...body }, accessToken)
const key = async (accessToken: string, body?: object, at?: string) =>
  created.parse((await make(accessToken, body, at)).body)
const exchange = (secret: string) => identity.post('/private/api-keys/exchange', { key: secret })
const tokenFor = async (secret: string) =>
  z.object({ accessToken: z.string(), expiresIn: z.number() }).parse((await exchange(secret)).body)
const remove = (at: string, accessToken: string) => identity.call(at, { method: 'DELETE' }, accessToken)
const member = async () => {
  const email = await identity.register()
  return { email, ...(await identity.login(email)) }
}
const verify = (token: string) =>
  tokenVerifier({
    issuer: 'https://alta.local',
    audience: 'alta',
    keys: createRemoteJWKSet(new URL(`${identity.url}/.well-known/jwks.json`), {
      headers: { 'dapr-api-token': 'app-token-for-tests' },
    }),
  })(token)

test('a key is shown once, lies as a hash, and becomes a short token that can do what its scope names', async () => {
  const { accessToken, user } = await member()
  const { id, key: secret, hint } = await key(accessToken)
  expect(Buffer.from(secret.replace('alta_', ''), 'base64url').length * 8).toBe(256)
  expect(secret.startsWith(hint)).toBe(true)
  const { rows } = await identity.testDatabase.admin.query(`select k::text as text from api_keys k`)
  expect(JSON.stringify(rows)).not.toContain(secret)
  const shown = await identity.get(path, accessToken)
  expect(JSON.stringify(shown.body)).not.toContain(secret)

  const { accessToken: token, expiresIn } = await tokenFor(secret)
  expect(expiresIn).toBeLessThanOrEqual(120)
  const principal = await verify(token)
  expect(principal).toMatchObject({ userId: user.id, sessionId: id })
  expect([...principal.permissions]).toEqual(['documents:read'])
  expect(decodeJwt(token)).not.toHaveProperty('auth_time')
  expect((await identity.get('/api/v1/auth/me', token)).status).toBe(200)
})

test('no key can do more than who makes it, at the time of making or later', async () => {
  const { accessToken, user } = await member()
  const wide = await make(accessToken, { scope: ['documents:read', 'users:manage'] })
  expect([wide.status, wide.code]).toEqual([403, 'scope_too_wide'])
  await identity.put(`/api/v1/users/${user.id}/roles`, { roles: ['operator'] }, admin.accessToken)
  const { accessToken: asOperator } = await identity.login(user.email)
  const { key: secret } = await key(asOperator, { scope: ['audit:read', 'documents:read'] })
  expect((await verify((await tokenFor(secret)).accessToken)).permissions.has('audit:read')).toBe(true)
  await identity.put(`/api/v1/users/${user.id}/roles`, { roles: [] }, admin.accessToken)
  expect([...(await verify((await tokenFor(secret)).accessToken)).permissions]).toEqual(['documents:read'])
})

test('a key makes no keys and changes no account: nobody is there to prove who they are', async () => {
  const { accessToken } = await member()
  const { accessToken: token } = await tokenFor((await key(accessToken)).key)
  expect((await make(token)).code).toBe('not_delegable')
  const change = { currentPassword: goodPassword, newPassword: 'another horse battery' }
  const answer = await identity.post('/api/v1/auth/change-password', change, token)
  expect(answer.code).toBe('not_delegable')
})

test('a key tells whose it is, and is nobody in person: what no scope names it cannot do', async () => {
  const { accessToken, user } = await member()
  const { accessToken: token } = await tokenFor((await key(accessToken)).key)
  expect(await identity.get('/api/v1/auth/me', token)).toMatchObject({ status: 200, body: { id: user.id } })
  for (const other of [`names?ids=${user.id}`, 'sessions', 'totp', 'grants'])
    expect(await identity.get(`/api/v1/auth/${other}`, token)).toMatchObject({
      status: 403,
      code: 'not_delegable',
    })
})

test('a key neither sees nor revokes the keys of its owner, whatever it may do', async () => {
  const { accessToken } = await member()
  const { id } = await key(accessToken)
  const { accessToken: token } = await tokenFor((await key(accessToken)).key)
  expect((await identity.get(path, token)).code).toBe('not_delegable')
  expect((await remove(`${path}/${id}`, token)).code).toBe('not_delegable')
  expect(list.parse((await identity.get(path, accessToken)).body).items).toHaveLength(2)
})

test('a revoked key is over, and so are its tokens; somebody else’s is not there', async () => {
  const { accessToken } = await member()
  const eve = await member()
  const { id, key: secret } = await key(accessToken)
  const { accessToken: token } = await tokenFor(secret)
  expect((await remove(`${path}/${id}`, eve.accessToken)).code).toBe('api_key_not_found')
  expect((await exchange(secret)).status).toBe(200)
  expect((await remove(`${path}/${id}`, accessToken)).status).toBe(204)
  const refused = await exchange(secret)
  expect([refused.status, refused.code]).toEqual([401, 'invalid_api_key'])
  await identity.hearRevocations()
  expect((await identity.get('/api/v1/auth/me', token)).code).toBe('session_ended')
  expect((await remove(`${path}/${id}`, accessToken)).code).toBe('api_key_not_found')
  expect(list.parse((await identity.get(path, accessToken)).body).items).toEqual([])
})

test('a key that has expired, or was made up, is refused alike', async () => {
  const { accessToken } = await member()
  const { id, key: secret } = await key(accessToken)
  await identity.testDatabase.admin.query('update api_keys set expires_at = now() where id = $1', [id])
  const [old, unknown] = [await exchange(secret), await exchange('alta_nothing')]
  const told = ({ status, body }: { status: number; body: unknown }) => [
    status,
    { ...Object(body), requestId: '' },
  ]
  expect(told(old)).toEqual(told(unknown))
  expect(old.status).toBe(401)
})

test('the use of a key is written by a job, so once a minute at most', async () => {
  const { accessToken } = await member()
  const { key: secret } = await key(accessToken)
  const used = async () => list.parse((await identity.get(path, accessToken)).body).items[0]?.lastUsedAt
  for (let count = 0; count < 3; count += 1) await exchange(secret)
  expect(await used()).toBeNull()
  await identity.repeat('note the use of keys')
  expect(await used()).toEqual(expect.any(String))
})

test('disabling a user ends their keys for good, and the tokens of these', async () => {
  const { accessToken, user } = await member()
  const { key: secret } = await key(accessToken)
  const { accessToken: token } = await tokenFor(secret)
  await identity.post(`/api/v1/users/${user.id}/disable`, undefined, admin.accessToken)
  expect((await exchange(secret)).status).toBe(401)
  await identity.hearRevocations()
  expect((await identity.get('/api/v1/auth/me', token)).status).toBe(401)
  await identity.post(`/api/v1/users/${user.id}/enable`, undefined, admin.accessToken)
  expect((await exchange(secret)).status).toBe(401)
})

test('a service account has keys and no password, an owner, and is disabled as people are', async () => {
  const account = z.looseObject({ id: z.uuid(), email: z.string(), kind: z.string(), ownerId: z.string() })
  const body = { name: 'Scanner', roles: ['reviewer'] }
  const made = await identity.post('/api/v1/service-accounts', body, admin.accessToken)
  const scanner = account.parse(made.body)
  expect(scanner).toMatchObject({ kind: 'service', ownerId: admin.user.id, roles: ['reviewer'] })
  const keys = `/api/v1/service-accounts/${scanner.id}/api-keys`
  const wide = await make(admin.accessToken, { scope: ['users:manage'] }, keys)
  expect(wide.code).toBe('scope_too_wide')
  const { id, key: secret } = await key(admin.accessToken, { scope: ['reviews:any'] }, keys)
  expect((await verify((await tokenFor(secret)).accessToken)).userId).toBe(scanner.id)
  expect(list.parse((await identity.get(keys, admin.accessToken)).body).items.map((one) => one.id)).toEqual([
    id,
  ])

  const login = { email: scanner.email, password: goodPassword }
  expect((await identity.post('/api/v1/auth/login', login)).code).toBe('invalid_credentials')
  await identity.post('/api/v1/auth/password-reset', { email: scanner.email })
  await identity.repeat('answer requests for a new password')
  expect(await identity.mailsTo(scanner.email)).toEqual([])

  expect((await remove(`${keys}/${id}`, admin.accessToken)).status).toBe(204)
  const { key: second } = await key(admin.accessToken, { scope: ['reviews:any'] }, keys)
  await identity.post(`/api/v1/users/${scanner.id}/disable`, undefined, admin.accessToken)
  expect((await exchange(second)).status).toBe(401)
  expect((await make(admin.accessToken, {}, keys)).code).toBe('service_account_not_found')
})

test('service accounts are for those who manage users, and their keys are no way to a person’s', async () => {
  const { accessToken, user } = await member()
  const body = { name: 'Scanner', roles: [] }
  expect((await identity.post('/api/v1/service-accounts', body, accessToken)).code).toBe('forbidden')
  const keys = `/api/v1/service-accounts/${user.id}/api-keys`
  expect((await make(admin.accessToken, {}, keys)).code).toBe('service_account_not_found')
  expect((await identity.get(keys, admin.accessToken)).code).toBe('service_account_not_found')
  expect((await make(accessToken, {}, keys)).code).toBe('forbidden')
})
