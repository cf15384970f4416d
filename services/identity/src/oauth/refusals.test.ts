import * as openid from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { appToken, goodPassword } from '../testing/identity-fixture.ts'
import { API, ISSUER, REDIRECT, startProvider, type TestClient, type TestProvider } from './oauth.fixture.ts'

let provider: TestProvider
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())

const redeem = (client: TestClient, answer: URL, verifier: string, parameters?: Record<string, string>) =>
  openid.authorizationCodeGrant(
    client.config,
    answer,
    { pkceCodeVerifier: verifier, expectedState: openid.skipStateCheck },
    parameters,
  )

async function allowed(client: TestClient) {
  const email = await provider.register()
  const { url, verifier, state } = await provider.request(client)
  const { url: answer } = await provider.consent(provider.browser(), url, email)
  return { answer, verifier, state, email }
}

test.each([
  ['a longer path', `${REDIRECT}/more`],
  ['another host', 'https://app.example.org.evil.example/callback'],
  ['a query', `${REDIRECT}?next=/`],
  ['another scheme', 'http://app.example.org/callback'],
  ['another case', 'https://app.example.org/Callback'],
])('a redirect URI with %s is refused on a page, and nobody is sent there', async (_what, redirect_uri) => {
  const { url } = await provider.request(await provider.client(), { redirect_uri })
  const page = await provider.browser().open(url)
  expect(page.status).toBe(400)
  expect(page.url.origin).toBe(ISSUER)
  expect(page.text).toContain('it has not registered')
})

test.each([
  ['no PKCE', { code_challenge: '', code_challenge_method: '' }],
  ['plain PKCE', { code_challenge_method: 'plain' }],
  ['an implicit flow', { response_type: 'id_token token' }],
  ['an API that is not ours', { resource: 'https://elsewhere.example/api' }],
])('%s is refused before anybody is asked to sign in', async (_what, parameters) => {
  const { url } = await provider.request(await provider.client(), parameters)
  for (const [name, value] of Object.entries(parameters)) if (value === '') url.searchParams.delete(name)
  const { url: answer, text } = await provider.browser().open(url)
  expect(text).not.toContain('name="password"')
  const asked = new URLSearchParams(answer.search || answer.hash.slice(1))
  expect(['invalid_request', 'unsupported_response_type', 'invalid_target']).toContain(asked.get('error'))
})

test('a code works once: the second use ends what the first one got', async () => {
  const client = await provider.client()
  const { answer, verifier } = await allowed(client)
  const { refresh_token = '' } = await redeem(client, answer, verifier)
  await expect(redeem(client, answer, verifier)).rejects.toMatchObject({ error: 'invalid_grant' })
  await expect(openid.refreshTokenGrant(client.config, refresh_token)).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

test('of 20 who come with one code at once, one gets tokens at most', async () => {
  const client = await provider.client()
  const { answer, verifier } = await allowed(client)
  const answers = await Promise.allSettled(Array.from({ length: 20 }, () => redeem(client, answer, verifier)))
  expect(answers.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1)
})

test('a code is nothing to another client, without its verifier, or with another redirect URI', async () => {
  const client = await provider.client({ redirectUris: [REDIRECT, `${REDIRECT}2`] })
  const { answer, verifier } = await allowed(client)
  const invalid = { error: 'invalid_grant' }
  await expect(redeem(await provider.client(), answer, verifier)).rejects.toMatchObject(invalid)
  await expect(redeem(client, answer, openid.randomPKCECodeVerifier())).rejects.toMatchObject(invalid)
  const elsewhere = new URL(`${REDIRECT}2${answer.search}`)
  await expect(redeem(client, elsewhere, verifier)).rejects.toMatchObject(invalid)
})

test('an answer says which provider it comes from, so that a client who knows two notices a mix-up', async () => {
  const client = await provider.client()
  const { answer, verifier } = await allowed(client)
  expect(answer.searchParams.get('iss')).toBe(ISSUER)
  answer.searchParams.set('iss', 'https://evil.example')
  await expect(redeem(client, answer, verifier)).rejects.toMatchObject({ code: 'OAUTH_INVALID_RESPONSE' })
})

test('a wrong secret, and none, are refused', async () => {
  const { id } = await provider.client({ kind: 'service', redirectUris: [] })
  for (const authentication of [openid.ClientSecretPost('guessed'), openid.None()]) {
    const { config } = await provider.client()
    const wrong = new openid.Configuration(config.serverMetadata(), id, undefined, authentication)
    openid.allowInsecureRequests(wrong)
    const reach = config[openid.customFetch]
    if (reach) wrong[openid.customFetch] = reach
    await expect(openid.clientCredentialsGrant(wrong, { resource: API })).rejects.toMatchObject({
      error: 'invalid_client',
      status: 401,
    })
  }
})

test('a client gets no scope that it is not registered with', async () => {
  const client = await provider.client({
    kind: 'service',
    redirectUris: [],
    roles: ['admin'],
    scopes: ['operations:read'],
  })
  const { scope } = await openid.clientCredentialsGrant(client.config, {
    scope: 'operations:read users:manage',
    resource: API,
  })
  expect(scope).toBe('operations:read')
})

test('a wrong password is told in words, in the language of the browser, and the delay of sign-ins holds here', async () => {
  const email = await provider.register()
  const { url } = await provider.request(await provider.client(), { ui_locales: 'fr-CA' })
  const browser = provider.browser()
  const page = await browser.open(url)
  let last = await browser.submit(page, { email, password: 'wrong-one' })
  expect(last.status).toBe(422)
  expect(last.text).toContain('role="alert">L’adresse e-mail ou le mot de passe est faux.')
  for (let tries = 0; tries < 12 && last.status !== 429; tries += 1)
    last = await browser.submit(page, { email, password: 'wrong-one' })
  expect(last.status).toBe(429)
  expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('what was typed comes back as text, never as markup', async () => {
  const { url } = await provider.request(await provider.client())
  const browser = provider.browser()
  const page = await browser.submit(await browser.open(url), {
    email: '"><script>alert(1)</script>',
    password: 'x',
  })
  expect(page.text).not.toContain('<script>alert')
  expect(page.text).toContain('&quot;&gt;&lt;script&gt;')
})

test('a form without its token, and a page in another browser, are refused', async () => {
  const email = await provider.register()
  const { url } = await provider.request(await provider.client())
  const browser = provider.browser()
  const page = await browser.open(url)
  const typed = { email, password: goodPassword }
  const forged = await browser.submit(page, { ...typed, form: 'forged' })
  expect(forged.status).toBe(403)
  const elsewhere = await provider.browser().submit(page, typed)
  expect(elsewhere.status).toBe(400)
  expect(elsewhere.text).toContain('open for too long')
})

test('pages run nothing, are framed by nobody and lead nowhere but to the client', async () => {
  const { url } = await provider.request(await provider.client())
  const { headers } = await provider.browser().open(url)
  const policy = headers.get('content-security-policy')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("form-action 'self' https://app.example.org;")
  expect(policy).not.toContain('unsafe')
})

test('a page of another site gets tokens only when its origin is registered', async () => {
  const { id } = await provider.client({ kind: 'browser' })
  const ask = (origin: string) =>
    fetch(`${provider.url}/oauth/token`, {
      method: 'POST',
      headers: { 'dapr-api-token': appToken, origin },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x', client_id: id }),
    })
  const own = await ask('https://app.example.org')
  expect(own.headers.get('access-control-allow-origin')).toBe('https://app.example.org')
  const other = await ask('https://evil.example')
  expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([400, null])
})

const form = 'application/x-www-form-urlencoded'
test.each([
  ['GET', '/oauth/authorize', '', undefined],
  ['GET', '/oauth/authorize?client_id=%00&scope=%00', '', undefined],
  ['GET', '/oauth/authorize?client_id=a&client_id=b', '', undefined],
  ['GET', '/oauth/authorize/nobody', '', undefined],
  ['GET', '/oauth/interaction/..%5c', '', undefined],
  ['GET', '/oauth/userinfo', '', undefined],
  ['POST', '/oauth/token', form, ''],
  ['POST', '/oauth/token', form, 'grant_type=password&username=a&password=b'],
  ['POST', '/oauth/token', form, 'grant_type=client_credentials&client_id=a&client_id=b'],
  ['POST', '/oauth/token', form, `client_id=${'a'.repeat(100_000)}`],
  ['POST', '/oauth/token', 'application/json', '{"grant_type":"client_credentials"}'],
  ['POST', '/oauth/token', 'multipart/form-data', 'x'],
  ['POST', '/oauth/revoke', form, 'token=%00'],
  ['POST', '/oauth/introspect', form, 'token=%F0%28'],
  ['POST', '/oauth/interaction/nobody', form, 'action=allow'],
  ['PUT', '/oauth/token', '', undefined],
])(
  '%s %s (%s) that makes no sense is refused as a mistake of whoever sent it',
  async (method, path, type, body) => {
    const headers = { 'dapr-api-token': appToken, ...(type === '' ? {} : { 'content-type': type }) }
    const { status } = await fetch(provider.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
  },
)

test('what has expired is removed', async () => {
  const client = await provider.client()
  const { answer, verifier } = await allowed(client)
  const { admin } = provider.testDatabase
  await admin.query(
    "update identity.oauth_records set expires_at = now() - interval '1 second' where client_id = $1",
    [client.id],
  )
  await expect(redeem(client, answer, verifier)).rejects.toMatchObject({ error: 'invalid_grant' })
  await provider.repeat('remove expired records of OAuth')
  const { rows } = await admin.query('select from identity.oauth_records where client_id = $1', [client.id])
  expect(rows).toEqual([])
})
