import * as openid from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goodPassword } from '../testing/identity-fixture.ts'
import { API, startProvider, type TestProvider } from './oauth.fixture.ts'

let provider: TestProvider
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())

/** A program as its own tenant has registered it. */
async function clientOf(tenantId: string, metadata: Record<string, unknown> = {}) {
  const client = await provider.client(metadata)
  const { admin } = provider.testDatabase
  await admin.query('update oauth_clients set tenant_id = $1 where id = $2', [tenantId, client.id])
  return client
}

test('a program signs in people of the tenant that has registered it', async () => {
  const { email, tenantId } = await provider.registerElsewhere()
  const client = await clientOf(tenantId)
  const tokens = await provider.tokens(client, email)
  expect(tokens.claims()).toMatchObject({ email })
  const again = await openid.refreshTokenGrant(client.config, tokens.refresh_token ?? '', { resource: API })
  expect((await provider.get('/api/v1/users', again.access_token)).code).toBe('forbidden')
  const { rows } = await provider.testDatabase.admin.query(
    `select distinct tenant_id from oauth_records where client_id = $1 and user_id is not null`,
    [client.id],
  )
  expect(rows).toEqual([{ tenant_id: tenantId }])
})

test('a program of another tenant is refused what somebody would have allowed it', async () => {
  const { tenantId } = await provider.registerElsewhere()
  const client = await clientOf(tenantId)
  const browser = provider.browser()
  const page = await provider.consent(
    browser,
    (await provider.request(client)).url,
    await provider.register(),
  )
  expect(page.url.searchParams.get('error')).toBe('access_denied')
  // Nor while the browser is signed in already.
  const again = await browser.open((await provider.request(client)).url)
  expect(again.url.searchParams.get('error')).toBe('access_denied')
})

test('a program that acts for itself does so in its tenant, and not while that is disabled', async () => {
  const { tenantId } = await provider.registerElsewhere()
  const client = await clientOf(tenantId, { kind: 'service', redirectUris: [], roles: [] })
  const granted = await openid.clientCredentialsGrant(client.config)
  expect((await provider.get('/api/v1/users', granted.access_token)).code).toBe('forbidden')
  const { admin } = provider.testDatabase
  await admin.query('update tenants set disabled_at = now() where tenant_id = $1', [tenantId])
  await expect(openid.clientCredentialsGrant(client.config)).rejects.toMatchObject({ status: 401 })
})

test('what programs hold for people of a tenant that is disabled has ended, consent included', async () => {
  const { email, tenantId } = await provider.registerElsewhere()
  const client = await clientOf(tenantId)
  const own = await clientOf(tenantId, { kind: 'service', redirectUris: [], roles: [] })
  const forItself = await openid.clientCredentialsGrant(own.config)
  const { access_token, refresh_token = '' } = await provider.tokens(client, email)
  const act = async (action: string) =>
    (await provider.post(`/api/v1/tenants/${tenantId}/${action}`, undefined, provider.admin)).status

  expect(await act('disable')).toBe(204)
  await provider.hearRevocations()
  for (const token of [access_token, forItself.access_token])
    expect((await provider.get('/api/v1/users', token)).code).toBe('session_ended')
  expect(await act('enable')).toBe(204)
  await expect(openid.refreshTokenGrant(client.config, refresh_token)).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  const browser = provider.browser()
  const page = await browser.open((await provider.request(client)).url)
  const asked = await browser.submit(page, { email, password: goodPassword })
  expect(asked.text).toContain('value="allow"')
})
