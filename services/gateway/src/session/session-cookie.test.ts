import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { accessToken, startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { ownPage, send } from './session.fixture.ts'

let gateway: TestGateway
let token: string
let cookie: string
beforeAll(async () => {
  gateway = await startGateway()
  token = await accessToken()
  cookie = `alta-access=${token}`
})
afterAll(() => gateway.close())
beforeEach(() => {
  gateway.stub.calls.length = 0
})

const ask = async (method: string, headers: Record<string, string>, path = '/api/v1/projects') =>
  (await send(gateway, method, path, { headers: { cookie, ...headers } })).status

describe('the cookie is as good as the header', () => {
  test.each([
    ['a request of a page of this address', 'POST', ownPage],
    ['an address that was typed', 'GET', { 'sec-fetch-site': 'none' }],
    ['a read by a browser that says nothing, over http', 'GET', {}],
  ])('for %s', async (_what, method, headers) => {
    expect(await ask(method, headers)).toBe(200)
    expect(gateway.stub.calls[0]?.headers.authorization).toBe(`Bearer ${token}`)
  })

  test('for what changes something over http, if its origin is this address', async () => {
    expect(await ask('POST', { origin: gateway.url })).toBe(200)
  })
})

describe('it counts for nothing', () => {
  test.each([
    ['of another site', 'POST', { 'sec-fetch-site': 'cross-site' }],
    ['of a neighbour’s host', 'POST', { 'sec-fetch-site': 'same-site' }],
    ['that reads, of another site', 'GET', { 'sec-fetch-site': 'cross-site' }],
    ['that changes something and began nowhere', 'POST', { 'sec-fetch-site': 'none' }],
    ['that changes something and does not say where it is from', 'POST', {}],
    ['of another origin', 'POST', { origin: 'http://evil.example' }],
    ['of a page that has no origin', 'POST', { origin: 'null' }],
    ['that reads, of another origin', 'GET', { origin: 'http://127.0.0.1:1' }],
  ])('in a request %s', async (_what, method, headers) => {
    expect(await ask(method, headers)).toBe(401)
    expect(gateway.stub.calls).toEqual([])
  })

  test('when there are two of it, as a neighbour’s host can set one', async () => {
    expect(await ask('GET', { ...ownPage, cookie: `${cookie}; ${cookie}` })).toBe(401)
  })

  test('beside a header, which decides', async () => {
    expect(await ask('GET', { ...ownPage, authorization: 'Bearer wrong' })).toBe(401)
  })

  test('when it holds what is no access token', async () => {
    expect(await ask('GET', { ...ownPage, cookie: 'alta-access=alta_key' })).toBe(401)
  })

  test('where the answer would hold a token, which pages are not to see', async () => {
    await ask('POST', ownPage, '/api/v1/auth/step-up')
    expect(gateway.stub.calls.map(({ headers }) => headers.authorization)).not.toContain(`Bearer ${token}`)
  })
})

test('no cookie of ours reaches a service, asked for or not; those of others do', async () => {
  const all = `a=1; ${cookie}; __Secure-alta-access=x; alta-refresh=r; alta-device=d; alta_session=2`
  for (const headers of [ownPage, { 'sec-fetch-site': 'cross-site' }]) {
    await ask('GET', { ...headers, cookie: all }, '/oauth/authorize')
    expect(gateway.stub.calls.at(-1)?.headers.cookie).toBe('a=1; alta_session=2')
  }
  await ask('GET', ownPage)
  expect(gateway.stub.calls.at(-1)?.headers.cookie).toBeUndefined()
})
