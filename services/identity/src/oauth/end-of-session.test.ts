import * as openid from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { goodPassword } from '../testing/identity-fixture.ts'
import { startProvider, type TestClient, type TestProvider } from './oauth.fixture.ts'

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
