import { tokenVerifier } from '@alta/kit/auth/tokens'
import { createRemoteJWKSet, customFetch, decodeProtectedHeader } from 'jose'
import * as openid from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { appToken } from '../testing/identity-fixture.ts'
import { API, ISSUER, startProvider, type TestProvider } from './oauth.fixture.ts'

let provider: TestProvider
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())

/** As every service verifies what it is shown. */
const verify = (token: string) =>
  tokenVerifier({
    issuer: ISSUER,
    audience: 'alta',
    keys: createRemoteJWKSet(new URL('/.well-known/jwks.json', provider.url), {
      [customFetch]: (url, init) => fetch(url, { ...init, headers: { 'dapr-api-token': appToken } }),
    }),
  })(token)

test('a client signs somebody in with their password and their consent, and calls the API for them within its scope', async () => {
  const email = await provider.register()
  const client = await provider.client()
  const tokens = await provider.tokens(client, email)

  expect(tokens.claims()).toMatchObject({ iss: ISSUER, aud: client.id, email })
  expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: 'RS256', typ: 'at+jwt' })
  const principal = await verify(tokens.access_token)
  expect(principal).toMatchObject({ userId: tokens.claims()?.sub, roles: ['member'], delegated: true })
  expect([...principal.permissions].sort()).toEqual(['documents:read', 'projects:read'])
})

test('without a resource the access token tells the client who has signed in, and no service takes it', async () => {
  const email = await provider.register()
  const client = await provider.client()
  const tokens = await provider.tokens(client, email, {})
  const sub = tokens.claims()?.sub ?? expect.fail('no id token')
  expect(await openid.fetchUserInfo(client.config, tokens.access_token, sub)).toMatchObject({ sub, email })
  await expect(verify(tokens.access_token)).rejects.toMatchObject({ status: 401 })
})

test('what a program holds for somebody is not that person: it cannot change the account', async () => {
  const email = await provider.register()
  const { access_token } = await provider.tokens(await provider.client(), email)
  for (const path of ['/api/v1/auth/me', '/api/v1/auth/sessions', '/api/v1/auth/grants'])
    expect(await provider.get(path, access_token)).toMatchObject({ status: 403, code: 'not_delegable' })
})

test('consent is asked for once, and again for what was not in it', async () => {
  const email = await provider.register()
  const client = await provider.client()
  const browser = provider.browser()
  await provider.consent(browser, (await provider.request(client)).url, email)

  const again = await browser.open((await provider.request(client)).url)
  expect(again.url.searchParams.get('code')).not.toBeNull()
  const more = await browser.open((await provider.request(client, { scope: 'openid email profile' })).url)
  expect(more.text).toContain('See your name and language')
})

test('somebody who does not allow it sends the client an error, with the state that it sent', async () => {
  const { url, state } = await provider.request(await provider.client())
  const browser = provider.browser()
  const { url: answer } = await browser.submit(await browser.open(url), { action: 'cancel' })
  expect(Object.fromEntries(answer.searchParams)).toMatchObject({
    error: 'access_denied',
    state,
    iss: ISSUER,
  })
})

test('a native program without a secret is answered at any port of a loopback address', async () => {
  const email = await provider.register()
  const client = await provider.client({ kind: 'native', redirectUris: ['http://127.0.0.1/done'] })
  expect(client.secret).toBeUndefined()
  const redirect_uri = 'http://127.0.0.1:49152/done'
  const { url, verifier, state } = await provider.request(client, { redirect_uri })
  const { url: answer } = await provider.consent(provider.browser(), url, email)
  const tokens = await openid.authorizationCodeGrant(client.config, answer, {
    pkceCodeVerifier: verifier,
    expectedState: state,
  })
  expect(tokens.claims()).toMatchObject({ email })
})

test('a service gets a token for itself, with its roles within its scope, and no refresh token', async () => {
  const client = await provider.client({
    kind: 'service',
    redirectUris: [],
    roles: ['operator'],
    scopes: ['operations:read'],
  })
  const tokens = await openid.clientCredentialsGrant(client.config, {
    scope: 'operations:read',
    resource: API,
  })
  expect(tokens.refresh_token).toBeUndefined()
  const principal = await verify(tokens.access_token)
  expect(principal).toMatchObject({ userId: client.id, roles: ['operator'] })
  expect([...principal.permissions]).toEqual(['operations:read'])
})

test('a token that asks for no scope may nothing', async () => {
  const client = await provider.client({
    kind: 'service',
    redirectUris: [],
    roles: ['admin'],
    scopes: ['operations:read'],
  })
  const { access_token } = await openid.clientCredentialsGrant(client.config)
  expect((await verify(access_token)).permissions.size).toBe(0)
})
