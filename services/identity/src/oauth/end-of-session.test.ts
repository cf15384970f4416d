import * as openid from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { goodPassword } from '../testing/identity-fixture.ts'
import { API, startProvider, type TestClient, type TestProvider } from './oauth.fixture.ts'

let provider: TestProvider
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())

const refresh = ({ config }: TestClient, token = '') => openid.refreshTokenGrant(config, token)
const ended = { error: 'invalid_grant' }

async function signIn() {
  const email = await provider.register()
  const client = await provider.client()
  const browser = provider.browser()
  const { url, verifier, state } = await provider.request(client)
  const { url: answer } = await provider.consent(browser, url, email)
  const checks = { pkceCodeVerifier: verifier, expectedState: state }
  const { access_token, refresh_token } = await openid.authorizationCodeGrant(client.config, answer, checks)
  return { email, client, browser, access_token, refresh_token, person: await provider.login(email) }
}

const call = async (method: string, path: string, token: string) =>
  (
    await fetch(provider.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'dapr-api-token': 'app-token-for-tests' },
    })
  ).status

test('the sign-in of a client is one of the sessions that somebody sees, and ending it ends the client’s tokens and the browser’s', async () => {
  const { client, browser, access_token, refresh_token, person } = await signIn()
  const sessions = z.object({ items: z.array(z.object({ id: z.string(), current: z.boolean() })) })
  const { items } = sessions.parse((await provider.get('/api/v1/auth/sessions', person.accessToken)).body)
  const other = items.find(({ current }) => !current) ?? expect.fail('there is no other session')
  expect(await call('DELETE', `/api/v1/auth/sessions/${other.id}`, person.accessToken)).toBe(204)

  await expect(refresh(client, refresh_token)).rejects.toMatchObject(ended)
  await expect(
    openid.fetchUserInfo(client.config, access_token, openid.skipSubjectCheck),
  ).rejects.toMatchObject({ status: 401 })
  const again = await browser.open((await provider.request(client)).url)
  expect(again.text).toContain('name="password"')
})

test('a new password ends what clients hold', async () => {
  const { client, refresh_token, person } = await signIn()
  const body = { currentPassword: goodPassword, newPassword: 'another horse and battery' }
  expect((await provider.post('/api/v1/auth/change-password', body, person.accessToken)).status).toBe(204)
  await expect(refresh(client, refresh_token)).rejects.toMatchObject(ended)
})

test('somebody sees which programs have access, and takes it back on all devices', async () => {
  const { email, client, browser, refresh_token, person } = await signIn()
  const elsewhere = await provider.tokens(client, email)
  const { body } = await provider.get('/api/v1/auth/grants', person.accessToken)
  expect(body).toMatchObject({
    items: [
      {
        client: { id: client.id, name: 'Reader' },
        scopes: expect.arrayContaining(['openid', 'projects:read']),
      },
    ],
  })

  const path = `/api/v1/auth/grants/${client.id}`
  expect(await call('DELETE', path, person.accessToken)).toBe(204)
  expect(await call('DELETE', path, person.accessToken)).toBe(404)
  for (const token of [refresh_token, elsewhere.refresh_token])
    await expect(refresh(client, token)).rejects.toMatchObject(ended)
  const again = await browser.open((await provider.request(client)).url)
  expect(again.text).toContain('value="allow"')
})

/** 403 of somebody whom the token has told, 401 once it has ended. */
const asked = (token: string) => call('GET', '/api/v1/users', token)

/** With a token for the API, which services verify by themselves. */
async function signInForApi() {
  const email = await provider.register()
  const client = await provider.client()
  const { access_token, refresh_token = '' } = await provider.tokens(client, email)
  expect(await asked(access_token)).toBe(403)
  return { email, client, access_token, refresh_token }
}

test('taking a consent back ends the access tokens of that client, and no others', async () => {
  const { email, client, access_token } = await signInForApi()
  const other = await provider.tokens(await provider.client(), email)
  const person = await provider.login(email)
  await call('DELETE', `/api/v1/auth/grants/${client.id}`, person.accessToken)
  const anew = await provider.tokens(client, email)
  await provider.hearRevocations()
  expect(await asked(access_token)).toBe(401)
  for (const { access_token: token } of [other, anew]) expect(await asked(token)).toBe(403)
  expect((await provider.get('/api/v1/auth/me', person.accessToken)).status).toBe(200)
})

test('a refresh token that is used twice, or given back, ends the access tokens that came with it', async () => {
  const [stolen, returned] = [await signInForApi(), await signInForApi()]
  const again = (token = '') => openid.refreshTokenGrant(stolen.client.config, token, { resource: API })
  const second = await again(stolen.refresh_token)
  const third = await again(second.refresh_token)
  expect(await asked(third.access_token)).toBe(403)
  await expect(again(stolen.refresh_token)).rejects.toMatchObject(ended)
  await openid.tokenRevocation(returned.client.config, returned.refresh_token)
  await provider.hearRevocations()
  for (const token of [stolen.access_token, third.access_token, returned.access_token])
    expect(await asked(token)).toBe(401)
})

test('removing a client ends the access tokens of everybody that it has, and its own', async () => {
  const { email, client, access_token } = await signInForApi()
  const own = await provider.client({ kind: 'service', redirectUris: [], roles: [] })
  const { access_token: ofItself } = await openid.clientCredentialsGrant(own.config)
  const other = await provider.tokens(await provider.client(), email)
  expect(await asked(ofItself)).toBe(403)
  for (const { id } of [client, own])
    expect(await call('DELETE', `/api/v1/auth/clients/${id}`, provider.admin)).toBe(204)
  await provider.hearRevocations()
  for (const token of [access_token, ofItself]) expect(await asked(token)).toBe(401)
  expect(await asked(other.access_token)).toBe(403)
})

test('somebody else’s consent is not mine to take back', async () => {
  const { client, refresh_token } = await signIn()
  const stranger = await provider.login(await provider.register())
  expect(await call('DELETE', `/api/v1/auth/grants/${client.id}`, stranger.accessToken)).toBe(404)
  expect((await refresh(client, refresh_token)).refresh_token).toBeDefined()
})

test('a client that is removed gets nothing more', async () => {
  const { client, refresh_token } = await signIn()
  expect(await call('DELETE', `/api/v1/auth/clients/${client.id}`, provider.admin)).toBe(204)
  await expect(refresh(client, refresh_token)).rejects.toMatchObject({ status: 401 })
})

test('another person at the same browser signs in as themselves', async () => {
  const { browser, client, email } = await signIn()
  const other = await provider.register()
  const { url, verifier, state } = await provider.request(client, { prompt: 'login' })
  const { url: answer } = await provider.consent(browser, url, other)
  const checks = { pkceCodeVerifier: verifier, expectedState: state }
  const tokens = await openid.authorizationCodeGrant(client.config, answer, checks)
  expect(tokens.claims()).toMatchObject({ email: other })
  expect(tokens.claims()?.email).not.toBe(email)
})
