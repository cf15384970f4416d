import { afterAll, beforeAll, expect, test } from 'vitest'
import { startProvider, type TestProvider } from './oauth.fixture.ts'

let provider: TestProvider
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())

const web = {
  name: 'Reader',
  kind: 'web',
  redirectUris: ['https://app.example.org/'],
  scopes: ['projects:read'],
}

test('an administrator registers a client; its secret is shown once and kept as a hash', async () => {
  const { status, body } = await provider.post('/api/v1/auth/clients', web, provider.admin)
  expect(status).toBe(201)
  const { id, secret } = body as { id: string; secret: string }
  expect(secret.length).toBeGreaterThanOrEqual(43)
  const listed = await provider.get('/api/v1/auth/clients', provider.admin)
  expect(JSON.stringify(listed.body)).toContain(id)
  expect(JSON.stringify(listed.body)).not.toContain('secret')
  const { rows } = await provider.testDatabase.admin.query(
    'select c::text as row from identity.oauth_clients c',
  )
  expect(rows.map(({ row }) => String(row)).join()).not.toContain(secret)
})

test('who has an administrator’s token and not their password registers nothing that outlives it', async () => {
  const { refreshToken, user } = await provider.loginAsAdmin()
  await provider.testDatabase.admin.query(
    `update identity.sessions set created_at = now() - interval '6 minutes' where user_id = $1`,
    [user.id],
  )
  const { accessToken } = await provider.refresh(refreshToken)
  expect(await provider.post('/api/v1/auth/clients', web, accessToken)).toMatchObject({
    status: 401,
    code: 'insufficient_user_authentication',
  })
})

test('nobody else registers, sees or removes clients', async () => {
  const { accessToken } = await provider.login(await provider.register())
  expect((await provider.post('/api/v1/auth/clients', web, accessToken)).status).toBe(403)
  expect((await provider.get('/api/v1/auth/clients', accessToken)).status).toBe(403)
})

test.each([
  ['http elsewhere', { ...web, redirectUris: ['http://app.example.org/'] }],
  ['a fragment', { ...web, redirectUris: ['https://app.example.org/#x'] }],
  ['credentials', { ...web, redirectUris: ['https://me:you@app.example.org/'] }],
  ['a script', { ...web, redirectUris: ['javascript:alert(1)'] }],
  ['no address', { ...web, redirectUris: [] }],
  ['a scheme that anybody could take', { ...web, kind: 'native', redirectUris: ['reader://done'] }],
  ['a service that is redirected to', { ...web, kind: 'service' }],
  ['an unknown scope', { ...web, scopes: ['everything'] }],
  ['roles for a program that acts for people', { ...web, roles: ['admin'] }],
])('a client with %s is refused', async (_what, client) => {
  expect(await provider.post('/api/v1/auth/clients', client, provider.admin)).toMatchObject({
    status: 400,
    code: 'validation_failed',
  })
})
