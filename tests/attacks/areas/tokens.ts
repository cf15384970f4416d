import { createHmac, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { exportJWK } from 'jose'
import type { Area } from '../area.ts'
import type { Scene } from '../scene.ts'

/** Tokens of every broken kind, at the gateway and at a service behind it, which verifies again. */
export const tokens: Area = {
  name: 'broken tokens',
  async attack(scene, tally) {
    const documents = `http://127.0.0.1:${scene.ports['documents.app']}`
    const appToken = { 'dapr-api-token': scene.appToken('documents') }
    const places = [
      { at: 'gateway', url: scene.gatewayUrl, headers: {} },
      // As the sidecar calls it: what somebody gets who has taken over the gateway.
      { at: 'documents behind it', url: documents, headers: appToken },
    ]
    const good = await scene.sign({ ...scene.claimsOf('project owner') })
    for (const { at, url, headers } of places) {
      const status = async (token: string, more: Record<string, string> = {}) => {
        const authorization = `Bearer ${token}`
        const answer = await fetch(`${url}/api/v1/projects`, {
          headers: { ...headers, authorization, ...more },
        })
        await answer.arrayBuffer()
        return answer.status
      }
      // Without this everything would be refused, and nothing shown.
      const works = await status(good)
      tally.note(`a good token at ${at}`, works === 200, works)
      for (const [what, token] of await brokenTokens(scene, good)) {
        const told = await status(token)
        tally.note(`${what} at ${at}`, told === 401, told)
      }
    }
    const inUrl = await fetch(`${scene.gatewayUrl}/api/v1/projects?access_token=${good}`)
    tally.note('a token in the URL', inUrl.status === 401, inUrl.status)
    const cookie = await fetch(`${scene.gatewayUrl}/api/v1/projects`, {
      headers: { cookie: `access_token=${good}` },
    })
    tally.note('a token in a cookie', cookie.status === 401, cookie.status)
  },
}

async function brokenTokens(scene: Scene, good: string): Promise<[string, string][]> {
  const claims = { ...scene.claimsOf('project owner') }
  const [header = '', body = '', signature = ''] = good.split('.')
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const decoded = JSON.parse(Buffer.from(header, 'base64url').toString())
  const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const withHeader = (more: object) => `${encode({ ...decoded, ...more })}.${body}.${signature}`
  const now = Math.floor(Date.now() / 1000)
  const signed = (what: string, more: object, head: Record<string, unknown> = {}, key?: KeyObject) =>
    scene.sign({ ...claims, ...more }, head, key).then((token): [string, string] => [what, token])
  const hmac = await hmacWithPublicKey(scene, body, decoded)
  return [
    ...['none', 'None', 'nOnE', 'NONE', 'HS256', 'PS256', 'ES256', ''].map((alg): [string, string] => [
      `alg ${alg || 'empty'}`,
      withHeader({ alg }),
    ]),
    ...['none', 'nOnE'].map((alg): [string, string] => [
      `alg ${alg} unsigned`,
      `${encode({ ...decoded, alg })}.${body}.`,
    ]),
    ['HS256 with the public key', hmac],
    ['no signature', `${header}.${body}.`],
    ['two parts', `${header}.${body}`],
    ['four parts', `${good}.AA`],
    ['half a signature', `${header}.${body}.${signature.slice(0, -40)}`],
    ['another body', `${header}.${encode({ ...claims, roles: ['admin'], exp: now + 600 })}.${signature}`],
    ...['../../dev/null', "' or 1=1--", 'http://127.0.0.1/jwks', '', 'a'.repeat(4_000)].map(
      (kid): [string, string] => [`kid ${kid.slice(0, 20)}`, withHeader({ kid })],
    ),
    ...(['jku', 'x5u'] as const).map((name): [string, string] => [
      name,
      withHeader({ [name]: 'http://127.0.0.1:9/jwks.json' }),
    ]),
    ['crit', withHeader({ crit: ['exp'] })],
    await signed('jwk inside', {}, { jwk: await exportJWK(theirs.publicKey) }, theirs.privateKey),
    await signed('somebody else’s key under our kid', {}, {}, theirs.privateKey),
    await signed('another audience', { aud: 'other' }),
    await signed('two audiences without ours', { aud: ['a', 'b'] }),
    await signed('another issuer', { iss: 'https://evil.example' }),
    await signed('issuer with a slash', { iss: 'https://alta.local/' }),
    await signed('an id token', {}, { typ: 'JWT' }),
    await signed('a refresh token', {}, { typ: 'rt+jwt' }),
    await signed('no type', {}, { typ: undefined }),
    await signed('expired', { exp: now - 60 }),
    await signed('exp of the year 0', { exp: 0 }),
    await signed('no exp', { exp: undefined }),
    await signed('not yet valid', { nbf: now + 600 }),
    await signed('no tenant', { tid: undefined }),
    await signed('every tenant', { tid: '*' }),
    await signed('a tenant that breaks out', { tid: `${randomUUID()}'; set role postgres; --` }),
    await signed('no subject', { sub: undefined }),
    await signed('a subject that is none', { sub: 'admin' }),
    await signed('roles that are a word', { roles: 'admin' }),
    await signed('no session', { sid: undefined }),
    ['nothing', ''],
    ['a word', 'undefined'],
    ['a long word', 'a'.repeat(8_000)],
    ['a null', 'null'],
  ]
}

async function hmacWithPublicKey(scene: Scene, body: string, header: object): Promise<string> {
  const { keys } = (await (await fetch(`${scene.gatewayUrl}/.well-known/jwks.json`)).json()) as {
    keys: object[]
  }
  const start = `${Buffer.from(JSON.stringify({ ...header, alg: 'HS256' })).toString('base64url')}.${body}`
  return `${start}.${createHmac('sha256', JSON.stringify(keys[0])).update(start).digest('base64url')}`
}
