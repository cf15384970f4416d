import { expect, onTestFinished, test } from 'vitest'
import { knownRoutes } from '../routing/known-routes.ts'
import { accessToken, startGateway } from '../testing/gateway-fixture.ts'
import { policyWith } from './limits.fixture.ts'
import type { Policies, PolicyName } from './policies.ts'
import { countedAs } from './route-limits.ts'

async function gatewayWith(limits: Partial<Record<PolicyName, string>>, trustedHops = 0) {
  const names = Object.keys(limits) as PolicyName[]
  const policies: Policies = new Map(names.map((name) => [name, policyWith(name, limits[name] ?? '')]))
  const gateway = await startGateway({ policies, trustedHops })
  onTestFinished(() => gateway.close())
  return gateway
}

test('who asks too often hears 429 with a stable code and when to come again, and no service hears of it', async () => {
  const gateway = await gatewayWith({ user: '10/h burst 10' })
  for (let call = 0; call < 10; call++) {
    const answer = await gateway.signedIn('/api/v1/projects')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('ratelimit-policy')).toBe('"user";q=10;w=3600')
    expect(answer.headers.get('ratelimit')).toMatch(new RegExp(`^"user";r=${9 - call};t=\\d+$`))
  }
  const refused = await gateway.signedIn('/api/v1/projects')
  expect(refused.status).toBe(429)
  expect(refused.headers.get('content-type')).toBe('application/problem+json')
  // A unit comes back every 360 s; some of them have passed.
  const wait = Number(refused.headers.get('retry-after'))
  expect(wait).toBeGreaterThan(0)
  expect(wait).toBeLessThanOrEqual(360)
  expect(refused.headers.get('ratelimit')).toBe(`"user";r=0;t=${wait + 9 * 360}`)
  expect(await refused.json()).toMatchObject({ status: 429, code: 'rate_limited' })
  expect(gateway.stub.calls).toHaveLength(10)
})

test('each user has a counter, whatever the address; strangers share that of their address', async () => {
  const gateway = await gatewayWith({ user: '10/h burst 10', address: '10/h burst 10' })
  const as = async (sub: string) =>
    fetch(`${gateway.url}/api/v1/projects`, {
      headers: { authorization: `Bearer ${await accessToken({ sub })}` },
    })
  const [one, other] = ['019a9d2e-0000-7000-8000-00000000000a', '019a9d2e-0000-7000-8000-00000000000b']
  for (let call = 0; call < 10; call++) expect((await as(one)).status).toBe(200)
  expect((await as(one)).status).toBe(429)
  expect((await as(other)).status).toBe(200)
  expect((await fetch(`${gateway.url}/.well-known/jwks.json`)).status).toBe(200)
})

test('tokens that are no good count for the address, until 429 takes the place of 401', async () => {
  const gateway = await gatewayWith({ address: '10/h burst 10' })
  const ask = async () =>
    (await fetch(`${gateway.url}/api/v1/projects`, { headers: { authorization: 'Bearer no.good.token' } }))
      .status
  for (let call = 0; call < 10; call++) expect(await ask()).toBe(401)
  expect(await ask()).toBe(429)
  expect((await gateway.signedIn('/api/v1/projects')).status).toBe(200)
})

test('spoofed headers open no new counter; behind a proxy each caller has one', async () => {
  const from = (gateway: { url: string }, forwarded: string) =>
    fetch(`${gateway.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'x-forwarded-for': forwarded, 'x-real-ip': forwarded, forwarded: `for=${forwarded}` },
    })
  const open = await gatewayWith({ 'sign-in': '3/h' })
  for (let call = 0; call < 3; call++) expect((await from(open, `203.0.113.${call}`)).status).toBe(200)
  expect((await from(open, '203.0.113.77')).status).toBe(429)

  const behind = await gatewayWith({ 'sign-in': '3/h' }, 1)
  for (let call = 0; call < 3; call++)
    expect((await from(behind, `203.0.113.${call}, 2001:db8:1:2::${call}`)).status).toBe(200)
  expect((await from(behind, '203.0.113.9, 2001:db8:1:2:ffff::1')).status).toBe(429)
  expect((await from(behind, '203.0.113.9, 2001:db8:1:3::1')).status).toBe(200)
})

test('what the gateway answers itself counts as well, refusals and addresses that are none too; health never', async () => {
  const gateway = await gatewayWith({ address: '20/h burst 20' })
  const status = async (path: string, init?: RequestInit) => {
    const answer = await fetch(gateway.url + path, init)
    await answer.body?.cancel()
    return { status: answer.status, limit: answer.headers.get('ratelimit') }
  }
  expect(await status('/docs')).toMatchObject({ status: 200, limit: expect.stringContaining('r=19;') })
  expect(await status('/openapi.json')).toMatchObject({ status: 200, limit: expect.stringContaining('r=9;') })
  expect(await status('/nothing')).toMatchObject({ status: 404, limit: expect.stringContaining('r=8;') })
  expect(await status('/api//v1')).toMatchObject({ status: 400, limit: expect.stringContaining('r=7;') })
  expect(await status('/docs', { method: 'OPTIONS' })).toMatchObject({
    status: 405,
    limit: expect.stringContaining('r=6;'),
  })
  for (let call = 0; call < 6; call++) await status('/nothing')
  for (const path of ['/docs', '/openapi.json', '/nothing', '/api//v1'])
    expect((await status(path)).status).toBe(429)
  expect(await status('/health/live')).toEqual({ status: 200, limit: null })
})

test('the whole documentation is as dear with a slash at the end', async () => {
  const gateway = await gatewayWith({ address: '20/h burst 20' })
  const answer = await fetch(`${gateway.url}/openapi.json/`)
  expect(answer.headers.get('ratelimit')).toContain('r=10;')
})

test('an upload takes more than a read', async () => {
  const gateway = await gatewayWith({ user: '10/h burst 10' })
  const upload = await gateway.signedIn('/api/v1/projects/1/documents', { method: 'POST', body: 'x' })
  expect(upload.headers.get('ratelimit')).toContain('r=5;')
  const read = await gateway.signedIn('/api/v1/projects')
  expect(read.headers.get('ratelimit')).toContain('r=4;')
})

test('every way to show a password, a mailed token or a secret is counted apart, and what reads or starts much is dear', () => {
  const told = knownRoutes()
    .routes.map((route) => ({ name: `${route.method} ${route.path}`, ...countedAs(route) }))
    .filter(({ cost, policies }) => cost > 1 || policies.length > 0)
    .map(({ name, cost, policies }) => [name, cost, ...policies].join(' '))
  expect(told.sort()).toEqual([
    'GET /api/v1/analytics/confidence 5',
    'GET /api/v1/analytics/confidence.csv 5',
    'GET /api/v1/analytics/costs 5',
    'GET /api/v1/analytics/costs.csv 5',
    'GET /api/v1/analytics/dashboard 5',
    'GET /api/v1/analytics/failures 5',
    'GET /api/v1/analytics/failures.csv 5',
    'GET /api/v1/analytics/read-model 5',
    'GET /api/v1/analytics/reviewers 5',
    'GET /api/v1/analytics/reviewers.csv 5',
    'GET /api/v1/analytics/turnaround 5',
    'GET /api/v1/analytics/turnaround.csv 5',
    'GET /api/v1/analytics/volume 5',
    'GET /api/v1/analytics/volume.csv 5',
    'GET /api/v1/audit/export 10',
    'POST /api/v1/analytics/read-model/rebuild 10',
    'POST /api/v1/analytics/read-model/switch 10',
    'POST /api/v1/audit/verify 10',
    'POST /api/v1/auth/change-email 1 sign-in',
    'POST /api/v1/auth/change-password 1 sign-in',
    'POST /api/v1/auth/login 1 sign-in',
    'POST /api/v1/auth/login/code 1 sign-in',
    'POST /api/v1/auth/names/by-email 1 sign-in',
    'POST /api/v1/auth/password-reset 1 sign-in',
    'POST /api/v1/auth/password-reset/confirm 1 sign-in',
    'POST /api/v1/auth/refresh 1 refresh',
    'POST /api/v1/auth/register 1 sign-in',
    'POST /api/v1/auth/step-up 1 sign-in',
    'POST /api/v1/documents/{id}/versions 5',
    'POST /api/v1/events/replays 10',
    'POST /api/v1/projects/{id}/documents 5',
    'POST /api/v1/projects/{id}/voice-samples 5',
    'POST /api/v1/reviews/{id}/approve 10',
    'POST /api/v1/tasks 10',
    'POST /api/v1/voice-samples/{id}/versions 5',
    'POST /confirm-email 1 sign-in',
    'POST /forgotten-password 1 sign-in',
    'POST /oauth/interaction/{uid} 1 sign-in',
    'POST /oauth/token 1 refresh',
    'POST /reset-password 1 sign-in',
    'POST /verify-email 1 sign-in',
  ])
})

test('what anybody may send is counted apart, but for what shows a secret of a program, which nobody guesses', () => {
  const open = knownRoutes()
    .routes.filter(
      ({ method, policy, policies }) => method !== 'GET' && policy === 'anyone' && policies === undefined,
    )
    .map(({ method, path }) => `${method} ${path}`)
  // Programs ask about the tokens that they are shown as often as they are asked themselves.
  expect(open).toEqual(['POST /oauth/introspect', 'POST /oauth/revoke'])
})
