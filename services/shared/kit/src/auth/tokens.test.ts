import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLocalJWKSet, exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { bearerToken, identityKeys, type KeySource, tokenVerifier } from './tokens.ts'

const issuer = 'https://alta.local'
const audience = 'alta'
const sub = '019a9d2e-0000-7000-8000-000000000001'
const tid = '00000000-0000-7000-8000-000000000000'
type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>
const now = () => Math.floor(Date.now() / 1000)

let ours: KeyPair
let theirs: KeyPair
let keys: KeySource
let publicPem: string
beforeAll(async () => {
  ours = await generateKeyPair('RS256', { extractable: true })
  theirs = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(ours.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
  keys = createLocalJWKSet({ keys: [jwk] })
  publicPem = await exportSPKI(ours.publicKey)
})

const good = () => ({
  iss: issuer,
  aud: audience,
  sub,
  tid,
  sid: 's1',
  roles: ['reviewer'],
  exp: now() + 600,
})
const sign = (
  payload: Record<string, unknown>,
  header: Record<string, unknown> = {},
  key = ours.privateKey,
) => new SignJWT(payload).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'k1', ...header }).sign(key)
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const verifier = (cacheSize?: number) =>
  tokenVerifier({ issuer, audience, keys, ...(cacheSize === undefined ? {} : { cacheSize }) })

test('a good token names its caller and what they may do', async () => {
  const token = await sign(good())
  const principal = await verifier()(token)
  expect(principal).toMatchObject({ userId: sub, tenantId: tid, sessionId: 's1', roles: ['reviewer'], token })
  expect(principal.permissions.has('reviews:any')).toBe(true)
  expect(principal.permissions.has('documents:write')).toBe(true)
  expect(principal.permissions.has('operations:read')).toBe(false)
})

test.each<[string, () => Promise<string>]>([
  ['of another issuer', () => sign({ ...good(), iss: 'https://evil' })],
  ['for another audience', () => sign({ ...good(), aud: 'other' })],
  ['that has expired', () => sign({ ...good(), exp: now() - 10 })],
  ['not valid yet', () => sign({ ...good(), nbf: now() + 60 })],
  ['with text for exp', () => sign({ ...good(), exp: 'never' })],
  ['without exp', () => sign({ ...good(), exp: undefined })],
  ['without a tenant', () => sign({ ...good(), tid: undefined })],
  ['with a tenant that is none', () => sign({ ...good(), tid: '*' })],
  ['without a session', () => sign({ ...good(), sid: undefined })],
  ['with roles that are no list', () => sign({ ...good(), roles: 'admin' })],
  ['of another type (id token)', () => sign(good(), { typ: 'JWT' })],
  ['without a type', () => sign(good(), { typ: undefined })],
  ['signed by somebody else', () => sign(good(), {}, theirs.privateKey)],
  ['with a key id that is a path', () => sign(good(), { kid: '../../dev/null' })],
  [
    'with a critical extension',
    () =>
      sign(good(), { crit: ['x'], x: 1 }).catch(
        async () => `${encode({ alg: 'RS256', typ: 'at+jwt', crit: ['x'], x: 1 })}.${encode(good())}.AA`,
      ),
  ],
  [
    'with its own key inside',
    async () => sign(good(), { kid: undefined, jwk: await exportJWK(theirs.publicKey) }, theirs.privateKey),
  ],
  ['without a signature (none)', async () => `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(good())}.`],
  ['without a signature (nOnE)', async () => `${encode({ alg: 'nOnE', typ: 'at+jwt' })}.${encode(good())}.`],
  ['with its signature cut off', async () => `${(await sign(good())).split('.').slice(0, 2).join('.')}.`],
  [
    'signed with our public key as an HS256 secret',
    async () => {
      const body = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' })}.${encode(good())}`
      return `${body}.${createHmac('sha256', publicPem).update(body).digest('base64url')}`
    },
  ],
  [
    'with a claim changed',
    async () => {
      const [header, , signature] = (await sign(good())).split('.')
      return `${header}.${encode({ ...good(), roles: ['admin'] })}.${signature}`
    },
  ],
  ['that is no token', async () => 'abc'],
])('a token %s is 401 unauthenticated', async (_what, make) => {
  const refused = verifier()(await make())
  await expect(refused).rejects.toMatchObject({ status: 401, code: 'unauthenticated' })
  await expect(refused).rejects.toHaveProperty(
    ['headers', 'www-authenticate'],
    expect.stringContaining('invalid_token'),
  )
})

test('clocks may differ by five seconds', async () => {
  await expect(verifier()(await sign({ ...good(), exp: now() - 3 }))).resolves.toBeDefined()
})

test('a token is verified once, and again when the cache had no room for it', async () => {
  let asked = 0
  const counted: KeySource = (header, token) => {
    asked += 1
    return keys(header, token)
  }
  const verify = tokenVerifier({ issuer, audience, keys: counted, cacheSize: 2 })
  const tokens = await Promise.all(['s1', 's2', 's3'].map((sid) => sign({ ...good(), sid })))
  for (const token of [...tokens, ...tokens.slice(1)]) await verify(token)
  expect(asked).toBe(3)
  await verify(tokens[0] ?? '')
  expect(asked).toBe(4)
})

test('keys come through the sidecar; when they cannot be had it is 503 and not the caller’s fault', async () => {
  const seen: unknown[] = []
  let up = false
  const jwk = { ...(await exportJWK(ours.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
  await using sidecar = createServer((request, response) => {
    const { url, headers } = request
    seen.push([url, headers['dapr-app-id'], headers['dapr-api-token']])
    response.statusCode = up ? 200 : 500
    response.end(JSON.stringify({ keys: [jwk] }))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => sidecar.once('listening', resolve))
  const { port } = sidecar.address() as AddressInfo
  const verify = tokenVerifier({
    issuer,
    audience,
    keys: identityKeys({ DAPR_HTTP_PORT: port, DAPR_API_TOKEN: 'sidecar-token' }),
  })
  const token = await sign(good())
  await expect(verify(token)).rejects.toMatchObject({ status: 503, code: 'unavailable' })
  up = true
  await expect(verify(token)).resolves.toMatchObject({ userId: sub })
  expect(seen.at(-1)).toEqual(['/.well-known/jwks.json', 'identity', 'sidecar-token'])
  sidecar.closeAllConnections()
})

test('only a bearer token is taken from the header', () => {
  expect(bearerToken('Bearer abc.def')).toBe('abc.def')
  expect(bearerToken('bearer  abc ')).toBe('abc')
  for (const header of [undefined, '', 'Basic abc', 'Bearer', 'Bearer a b', 'Bearer a,b']) {
    expect(bearerToken(header)).toBeUndefined()
  }
})
