import { expect, onTestFinished, test } from 'vitest'
import { startGateway } from '../testing/gateway-fixture.ts'

const style = '/oauth/assets/pages.css'

async function gatewayThatKeeps(headers: Record<string, string> = {}, status = 200) {
  const gateway = await startGateway({ cacheable: new Set([`GET ${style}`]) })
  onTestFinished(() => gateway.close())
  gateway.stub.answer('identity', (_request, response) => {
    const all = { 'content-type': 'text/css', 'cache-control': 'public, max-age=300', ...headers }
    response.writeHead(status, all).end('body {}')
  })
  return gateway
}

test('what is the same for everybody is asked for once, also by many at once, and not with anybody’s token', async () => {
  const gateway = await gatewayThatKeeps()
  const answers = await Promise.all([
    fetch(gateway.url + style),
    gateway.signedIn(style),
    fetch(gateway.url + style, { headers: { cookie: 'a=b' } }),
  ])
  answers.push(await fetch(gateway.url + style))
  for (const answer of answers) {
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('body {}')
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300')
    expect(Number(answer.headers.get('age'))).toBeGreaterThanOrEqual(0)
  }
  expect(gateway.stub.calls).toHaveLength(1)
  expect(gateway.stub.calls[0]?.headers).not.toHaveProperty('authorization')
  expect(gateway.stub.calls[0]?.headers).not.toHaveProperty('cookie')
})

test('who has it already is told so by its strong tag; who asks for its head gets that alone', async () => {
  const gateway = await gatewayThatKeeps()
  const first = await fetch(gateway.url + style)
  const etag = first.headers.get('etag') ?? ''
  expect(etag).toMatch(/^"[\w-]+"$/)
  const again = await fetch(gateway.url + style, { headers: { 'if-none-match': `"other", ${etag}` } })
  expect(again.status).toBe(304)
  expect(await again.text()).toBe('')
  expect(again.headers.get('etag')).toBe(etag)
  expect((await fetch(gateway.url + style, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  const head = await fetch(gateway.url + style, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '7'])
  expect(gateway.stub.calls).toHaveLength(1)
})

test.each<[string, Record<string, string>, number?]>([
  ['a failure', { 'content-type': 'application/problem+json' }, 404],
  ['a part', {}, 206],
  ['what sets a cookie', { 'set-cookie': 'a=b' }],
  ['what depends on the caller', { vary: 'origin' }],
  ['what may not be stored', { 'cache-control': 'public, no-store, max-age=300' }],
  ['what is private', { 'cache-control': 'private, max-age=300' }],
  ['what says nothing of how long', { 'cache-control': 'public' }],
  ['a download', { 'content-disposition': 'attachment' }],
])('%s is not kept', async (_what, headers, status = 200) => {
  const gateway = await gatewayThatKeeps(headers, status)
  for (let call = 0; call < 2; call++) {
    const answer = await fetch(gateway.url + style)
    expect(answer.status).toBe(status)
    expect(await answer.text()).toBe('body {}')
    expect(answer.headers.get('age')).toBeNull()
  }
  // Each was tried and then sent on as ever.
  expect(gateway.stub.calls).toHaveLength(4)
})

test('its service is asked again once the time that it gave is over', async () => {
  const gateway = await gatewayThatKeeps({ 'cache-control': 'public, max-age=1' })
  const asked = async () => {
    await (await fetch(gateway.url + style)).text()
    return gateway.stub.calls.length
  }
  await expect.poll(asked, { timeout: 20_000 }).toBe(2)
})

test('a query, another route and a service that is away are as ever', async () => {
  const gateway = await gatewayThatKeeps()
  await fetch(gateway.url + style)
  for (const path of [`${style}?v=1`, `${style}?v=1`, '/oauth/authorize']) await fetch(gateway.url + path)
  expect(gateway.stub.calls).toHaveLength(4)
  gateway.stub.away.add('identity')
  expect((await fetch(gateway.url + style)).status).toBe(200)
  expect((await fetch(`${gateway.url}${style}?v=1`)).status).toBe(503)
})

test('an answer that stops in the middle keeps nobody waiting for ever: it is given up, and sent on as ever', async () => {
  const gateway = await startGateway({ cacheable: new Set([`GET ${style}`]), upstreamTimeout: 500 })
  onTestFinished(() => gateway.close())
  const headers = { 'content-type': 'text/css', 'cache-control': 'public, max-age=300', 'content-length': 7 }
  gateway.stub.answer('identity', (_request, response) => {
    response.writeHead(200, headers).write('body')
  })
  const answer = await fetch(gateway.url + style)
  await expect(answer.text()).rejects.toThrow()
  expect(gateway.stub.calls).toHaveLength(2)
})

test('what is too large to be kept goes through whole', async () => {
  const gateway = await gatewayThatKeeps()
  const large = 'x'.repeat(300 * 1024)
  gateway.stub.answer('identity', (_request, response) =>
    response
      .writeHead(200, { 'content-type': 'text/css', 'cache-control': 'public, max-age=300' })
      .end(large),
  )
  expect(await (await fetch(gateway.url + style)).text()).toBe(large)
})

test('a route that needs a token, has parameters, or that there is none of cannot be kept', async () => {
  for (const name of ['GET /api/v1/projects', 'POST /api/v1/auth/login/x', 'GET /nothing'])
    await expect(startGateway({ cacheable: new Set([name]) })).rejects.toThrow(name)
})
