import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { accessToken, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())
beforeEach(() => {
  gateway.stub.calls.length = 0
})

const ask = (path: string, authorization?: string, method = 'GET') =>
  fetch(gateway.url + path, { method, headers: authorization === undefined ? {} : { authorization } })

test('no token: 401 at the edge', async () => {
  const answer = await ask('/api/v1/projects')
  expect(answer.status).toBe(401)
  expect(answer.headers.get('www-authenticate')).toContain('Bearer')
  expect(await answer.json()).toMatchObject({ code: 'unauthenticated', requestId: expect.any(String) })
  expect(gateway.stub.calls).toEqual([])
})

test.each([
  ['expired', { exp: Math.floor(Date.now() / 1000) - 60 }],
  ['of another issuer', { iss: 'https://evil' }],
  ['for another audience', { aud: 'other' }],
])('a token that is %s: 401 at the edge', async (_what, changes) => {
  expect((await ask('/api/v1/projects', `Bearer ${await accessToken(changes)}`)).status).toBe(401)
  expect(gateway.stub.calls).toEqual([])
})

test('a token that was changed: 401 at the edge', async () => {
  const [head, , signature] = (await accessToken()).split('.')
  const claims = Buffer.from('{"sub":"019a9d2e-0000-7000-8000-000000000009","roles":["admin"]}').toString(
    'base64url',
  )
  expect((await ask('/api/v1/projects', `Bearer ${head}.${claims}.${signature}`)).status).toBe(401)
})

test('a public route takes anybody, with a stale token too', async () => {
  const stale = `Bearer ${await accessToken({ exp: 1 })}`
  expect((await ask('/api/v1/auth/login', undefined, 'POST')).status).toBe(200)
  expect((await ask('/api/v1/auth/login', stale, 'POST')).status).toBe(200)
})

test('a route that says nothing of security needs a token', async () => {
  expect((await ask('/api/v1/notifications')).status).toBe(401)
  expect((await ask('/api/v1/notifications', `Bearer ${await accessToken()}`)).status).toBe(200)
})

test('the keys are needed: while they cannot be had, callers hear 503 and not 401', async () => {
  const fresh = await startGateway()
  await fresh.signedIn('/nowhere')
  await fetch(`${fresh.url}/api/v1/projects`)
  fresh.stub.away.add('identity')
  const answer = await fresh.signedIn('/api/v1/projects')
  expect(answer.status).toBe(503)
  fresh.stub.away.delete('identity')
  expect((await fresh.signedIn('/api/v1/projects')).status).toBe(200)
  await fresh.close()
})

test('what a service documents is known before the service is there', async () => {
  const fresh = await startGateway()
  fresh.stub.away.add('documents')
  expect((await fetch(`${fresh.url}/api/v1/projects`)).status).toBe(401)
  expect((await fresh.signedIn('/api/v1/projects')).status).toBe(503)
  fresh.stub.away.delete('documents')
  expect((await fresh.signedIn('/api/v1/projects')).status).toBe(200)
  await fresh.close()
})
