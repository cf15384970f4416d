import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readLimit } from '../limits/limit-setting.ts'
import { policiesOf } from '../limits/policies.ts'
import { send } from '../session/session.fixture.ts'
import { startGateway, type TestGateway } from '../testing/gateway-fixture.ts'

const page = '<!doctype html><title>Alta</title><script type="module" src="/console/assets/a-1.js"></script>'
const script = `console.log(${JSON.stringify('x'.repeat(2_000))})`
let folder: string
let gateway: TestGateway
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alta-console-'))
  await mkdir(join(folder, 'assets'))
  const files: Record<string, string | Buffer> = {
    'index.html': page,
    'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'assets/a-1.js': script,
    'assets/a-1.js.br': brotliCompressSync(script),
    'assets/a-1.js.gz': gzipSync(script),
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  gateway = await startGateway({ consoleFolder: folder })
})
afterAll(async () => {
  await gateway.close()
  await rm(folder, { recursive: true })
})

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  send(gateway, method, path, { headers })
const asBrowser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

test('whoever opens the address alone is led to the console', async () => {
  for (const path of ['/', '/console']) {
    const { status, headers } = await ask(path, asBrowser)
    expect([status, headers.location]).toEqual([302, '/console/'])
  }
})

test('every view of the console has an address, at which its page is', async () => {
  for (const path of ['/console/', '/console/reviews/42?tab=text', '/console/deep/er/view.with.dots']) {
    const answer = await ask(path, asBrowser)
    expect([answer.status, answer.text]).toEqual([200, page])
    expect(answer.headers['content-type']).toMatch(/^text\/html/)
    expect(answer.headers['cache-control']).toBe('no-cache')
  }
})

test('the page runs our own scripts alone and may hear, and nothing else may', async () => {
  const { headers } = await ask('/console/', asBrowser)
  const policy = String(headers['content-security-policy'])
  const parts = ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"]
  for (const part of [...parts, 'trusted-types caught-mail']) expect(policy.split('; ')).toContain(part)
  expect(policy).not.toMatch(/unsafe|https?:|\*|sandbox/)
  expect(headers['permissions-policy']).toContain('microphone=(self)')
  expect((await ask('/health/live')).headers['permissions-policy']).toContain('microphone=()')
})

test('a page that a browser has already is not sent again', async () => {
  const { headers } = await ask('/console/', asBrowser)
  const again = await ask('/console/', { ...asBrowser, 'if-none-match': String(headers.etag) })
  expect([again.status, again.text]).toEqual([304, ''])
})

test('files are kept by browsers for ever, and come packed to who takes that', async () => {
  for (const [encoding, expected] of [
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['', undefined],
  ] as const) {
    const { status, headers } = await ask('/console/assets/a-1.js', { 'accept-encoding': encoding })
    expect(status).toBe(200)
    expect(headers['content-encoding']).toBe(expected)
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(headers['content-type']).toMatch(/javascript/)
    expect(headers.vary).toMatch(/accept-encoding/i)
    expect(headers['x-content-type-options']).toBe('nosniff')
  }
})

test('HEAD tells what GET would', async () => {
  for (const path of ['/console/', '/console/assets/a-1.js']) {
    const { status, headers, text } = await ask(path, asBrowser, 'HEAD')
    const { headers: got } = await ask(path, asBrowser)
    expect([status, text]).toEqual([200, ''])
    expect(headers['content-length']).toBe(got['content-length'])
    expect(headers['content-type']).toBe(got['content-type'])
  }
})

test('what lies beside the page is there, and asked about each time', async () => {
  const { status, headers } = await ask('/console/favicon.svg', { accept: 'image/*' })
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([
    200,
    'image/svg+xml',
    'no-cache',
  ])
})

test.each([
  ['/console/assets/gone-0.js', 'asset_not_found'],
  ['/console/nothing.json', 'route_not_found'],
])('a file that is not there is 404 and never the page: %s', async (path, code) => {
  const answer = await ask(path, { accept: '*/*' })
  expect([answer.status, answer.body.code]).toEqual([404, code])
  if (code === 'asset_not_found') expect((await ask(path, asBrowser)).status).toBe(404)
})

test('no path leads out of the folder', async () => {
  for (const path of [
    '/console/..%2f..%2fetc/passwd',
    '/console/assets/%2e%2e/index.html',
    '/console/assets/',
  ])
    expect((await ask(path, { accept: '*/*' })).status).toBeGreaterThanOrEqual(400)
})

test('nothing is changed there', async () => {
  expect((await ask('/console/assets/a-1.js', {}, 'POST')).status).toBe(404)
})

test('a page with thirty files leaves a user their burst', async () => {
  const policies = policiesOf('per-second', { address: readLimit('5/min burst 5') })
  const limited = await startGateway({ consoleFolder: folder, policies })
  for (let file = 0; file < 30; file += 1)
    expect((await send(limited, 'GET', '/console/assets/a-1.js')).status).toBe(200)
  expect((await send(limited, 'GET', '/console/', { headers: asBrowser })).status).toBe(200)
  const missing: number[] = []
  for (let file = 0; file < 6; file += 1)
    missing.push((await send(limited, 'GET', '/console/assets/gone.js')).status)
  expect(missing.at(-1)).toBe(429)
  await limited.close()
})

test('a build that takes the place of one is seen at once, and pages of the one before go on', async () => {
  const own = await mkdtemp(join(tmpdir(), 'alta-console-'))
  await mkdir(join(own, 'assets'))
  const built = await startGateway({ consoleFolder: own })
  const get = (path: string) => send(built, 'GET', path, { headers: asBrowser })
  expect((await get('/console/')).text).toContain('not built')
  await writeFile(join(own, 'assets/one.js'), '1')
  await writeFile(join(own, 'index.html'), 'one')
  expect((await get('/console/')).text).toBe('one')
  await rm(join(own, 'assets/one.js'))
  await writeFile(join(own, 'assets/two.js'), '2')
  await writeFile(join(own, 'index.html'), 'two')
  await utimes(join(own, 'index.html'), 1, 1)
  expect((await get('/console/')).text).toBe('two')
  expect((await get('/console/assets/two.js')).text).toBe('2')
  expect((await get('/console/assets/one.js')).text).toBe('1')
  await built.close()
  await rm(own, { recursive: true })
})

test('where it is not built that is said, and how it is', async () => {
  const without = await startGateway()
  const { status, text, headers } = await send(without, 'GET', '/console/', { headers: asBrowser })
  expect(status).toBe(404)
  expect(headers['content-type']).toMatch(/^text\/plain/)
  expect(text).toContain('pnpm --filter @alta/console build')
  await without.close()
})
