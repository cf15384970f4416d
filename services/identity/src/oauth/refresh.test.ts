import * as openid from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { API, startProvider, type TestClient, type TestProvider } from './oauth.fixture.ts'

let provider: TestProvider
/** The same without the grace for two at once. */
let strict: TestProvider
beforeAll(async () => {
  provider = await startProvider({ REFRESH_GRACE_SECONDS: 60 })
  strict = await startProvider({ REFRESH_GRACE_SECONDS: 0 })
})
afterAll(async () => {
  await provider.close()
  await strict.close()
})

const invalid = { error: 'invalid_grant' }
const refresh = ({ config }: TestClient, token = '') =>
  openid.refreshTokenGrant(config, token, { resource: API })

async function signIn(at: TestProvider) {
  const email = await at.register()
  const client = await at.client()
  const { refresh_token: first = '' } = await at.tokens(client, email)
  return { email, client, first }
}

test('a refresh token works once, and its successor after it', async () => {
  const { client, first } = await signIn(strict)
  const second = await refresh(client, first)
  expect(second.refresh_token).not.toBe(first)
  const third = await refresh(client, second.refresh_token)
  expect(third.access_token).toMatch(/^ey/)
})

test('a refresh token that is used again ends its family, for whoever holds it', async () => {
  const { client, first } = await signIn(strict)
  const { refresh_token: second } = await refresh(client, first)
  await expect(refresh(client, first)).rejects.toMatchObject(invalid)
  await expect(refresh(client, second)).rejects.toMatchObject(invalid)
})

test('within the grace the token before the current one yields the current one, and never one two generations old', async () => {
  const { client, first } = await signIn(provider)
  const { refresh_token: second } = await refresh(client, first)
  expect((await refresh(client, first)).refresh_token).toBe(second)
  const { refresh_token: third } = await refresh(client, second)
  await expect(refresh(client, first)).rejects.toMatchObject(invalid)
  await expect(refresh(client, third)).rejects.toMatchObject(invalid)
})

test('of 50 refreshes at once there is one successor, and the family goes on', async () => {
  const { client, first } = await signIn(provider)
  const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(client, first)))
  const successors = new Set(answers.map(({ refresh_token }) => refresh_token))
  expect(successors.size).toBe(1)
  const [successor] = successors
  expect((await refresh(client, successor)).refresh_token).not.toBe(successor)
})

test('of 50 refreshes at once without a grace at most one is answered, and nothing of the family is left', async () => {
  const { client, first } = await signIn(strict)
  const answers = await Promise.allSettled(Array.from({ length: 50 }, () => refresh(client, first)))
  const given = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value.refresh_token] : []))
  expect(given.length).toBeLessThanOrEqual(1)
  for (const token of [first, ...given]) await expect(refresh(client, token)).rejects.toMatchObject(invalid)
})

test('a reuse on one device leaves the other devices signed in', async () => {
  const { email, client, first } = await signIn(strict)
  const { refresh_token: elsewhere } = await strict.tokens(client, email)
  await refresh(client, first)
  await expect(refresh(client, first)).rejects.toMatchObject(invalid)
  expect((await refresh(client, elsewhere)).refresh_token).toBeDefined()
})

test('a refresh token of one client is nothing to another', async () => {
  const { client, first } = await signIn(provider)
  await expect(refresh(await provider.client(), first)).rejects.toMatchObject(invalid)
  expect((await refresh(client, first)).refresh_token).toBeDefined()
})

test('introspection tells a client of its own token, and nobody of somebody else’s', async () => {
  const { client, first } = await signIn(provider)
  expect(await openid.tokenIntrospection(client.config, first)).toMatchObject({
    active: true,
    client_id: client.id,
  })
  const other = await provider.client()
  expect(await openid.tokenIntrospection(other.config, first)).toEqual({ active: false })
  expect(await openid.tokenIntrospection(client.config, 'made-up')).toEqual({ active: false })
})

test('a revoked token is worth nothing, and nor is what came from it', async () => {
  const { client, first } = await signIn(provider)
  const { refresh_token: second = '' } = await refresh(client, first)
  await openid.tokenRevocation(client.config, second)
  expect(await openid.tokenIntrospection(client.config, second)).toEqual({ active: false })
  await expect(refresh(client, second)).rejects.toMatchObject(invalid)
})

test('the database holds no token, code or cookie that could be used', async () => {
  const { client, first } = await signIn(provider)
  const { rows } = await provider.testDatabase.admin.query(
    'select r::text as row from identity.oauth_records r',
  )
  const all = rows.map(({ row }) => String(row)).join('\n')
  expect(all).toContain(client.id)
  expect(all).not.toContain(first)
  expect(all).not.toContain(Buffer.from(first).toString('hex'))
})
