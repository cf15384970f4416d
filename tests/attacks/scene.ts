import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyFor, unseal } from '@alta/kit/sealing'
import { eventually } from '@alta/kit/testing/wait'
import { decodeJwt, SignJWT } from 'jose'
import pg from 'pg'
import { type PersonKind, people } from '../../platform/src/authorization/people.ts'
import { type PublicRoute, publicRoutes } from '../../platform/src/authorization/route-table.ts'
import { Client, formWith } from '../support/client.ts'
import { readPlaces, readPlatform } from '../support/platform.ts'
import { pixel, wave } from './files.ts'

const root = join(import.meta.dirname, '../..')

export interface Claims {
  readonly sub: string
  readonly tid: string
  readonly sid: string
  readonly roles: readonly string[]
}

/** Everything that attacks are tried on: people of every kind, things of one of them, and the platform's own key. */
export interface Scene {
  readonly gatewayUrl: string
  readonly home: string
  readonly owner: pg.Client
  readonly routes: readonly PublicRoute[]
  /** By the name of their kind. */
  readonly clients: ReadonlyMap<string, Client>
  readonly things: Things
  /** Tokens that verify: what is wrong with them is what is changed. */
  sign(claims: Record<string, unknown>, header?: Record<string, unknown>, key?: KeyObject): Promise<string>
  /** New sessions, and tokens for them. */
  signInAgain(): Promise<void>
  readonly claimsOf: (name: string) => Claims
  readonly appToken: (app: string) => string
  readonly ports: Readonly<Record<string, number>>
}

export interface Things {
  readonly projectId: string
  readonly documentId: string
  readonly voiceSampleId: string
  readonly reviewId: string
  readonly taskId: string
  /** Of the owner, not the one that they use. */
  readonly sessionId: string
  /** Of the owner, and refused. */
  readonly requestId: string
}

export async function openScene(home: string): Promise<Scene & AsyncDisposable> {
  const { gatewayUrl } = readPlatform(home)
  const read = (file: string) => JSON.parse(readFileSync(join(home, file), 'utf8'))
  const secrets: Record<string, Record<string, string>> = read('secrets.json')
  const owner = new pg.Client({ connectionString: readPlaces(home).postgres.ownerUrl })
  // Ctrl-C takes the database away while this is connected; that is no failure of an attack.
  owner.on('error', () => undefined)
  await owner.connect()
  await owner.query(`select set_config('alta.tenant_id', '*', false)`)

  const sign = await signerOf(owner, secrets.identity?.keyEncryptionKey ?? '', gatewayUrl)
  const clients = new Map<string, Client>()
  const claims = new Map<string, Claims>()
  for (const kind of people) {
    const client = new Client(gatewayUrl)
    if (kind.roles) {
      await client.register(kind.name)
      const own = await enlist(owner, client, kind)
      claims.set(kind.name, own)
      client.token = await sign({ ...own })
    }
    clients.set(kind.name, client)
  }
  async function signInAgain(): Promise<void> {
    for (const [name, { sub, tid, roles }] of claims) {
      const sid = randomUUID()
      await owner.query(
        `insert into identity.sessions (id, tenant_id, user_id, expires_at) values ($1, $2, $3, now() + interval '1 day')`,
        [sid, tid, sub],
      )
      const own = { sub, tid, sid, roles }
      claims.set(name, own)
      Object.assign(clients.get(name) ?? {}, { token: await sign({ ...own }) })
    }
  }
  const claimsOf = (name: string) => claims.get(name) ?? fail(`nobody is called ${name}`)
  const things = await makeThings(clients, () => sign({ ...claimsOf('project owner'), roles: ['operator'] }))
  return {
    ...{ gatewayUrl, home, owner, clients, things, sign, signInAgain, claimsOf },
    routes: await publicRoutes(root),
    appToken: (app) => secrets[app]?.appApiToken ?? fail(`${app} has no token`),
    ports: read('ports.json'),
    [Symbol.asyncDispose]: () => owner.end(),
  }
}

const fail = (why: string): never => {
  throw new Error(why)
}

/** The key that signs access tokens, opened as identity opens it. */
async function signerOf(owner: pg.Client, secret: string, issuer: string): Promise<Scene['sign']> {
  const { rows } = await owner.query<{ kid: string; sealed_private_key: Buffer }>(
    'select kid, sealed_private_key from identity.signing_keys where activates_at <= now() order by activates_at desc',
  )
  const [row = fail('identity has no signing key')] = rows
  const der = unseal(keyFor('alta identity: private signing keys', secret), row.sealed_private_key)
  const own = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return (claims, header = {}, key = own) => {
    const now = Math.floor(Date.now() / 1000)
    // Longer than any token of identity's lives, so that a slow machine does not turn refusals into expiries.
    const usual = { iss: issuer, aud: 'alta', iat: now, exp: now + 7_200, jti: randomUUID() }
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: row.kid, ...header })
      .sign(key)
  }
}

/** Gives a registered person the roles, and the tenant, of their kind. */
async function enlist(
  owner: pg.Client,
  client: Client,
  { roles = [], foreign }: PersonKind,
): Promise<Claims> {
  const { sid, tid } = decodeJwt<Claims>(client.token)
  const tenant = foreign ? randomUUID() : tid
  if (foreign)
    await owner.query('insert into identity.tenants (tenant_id, name) values ($1, $2)', [tenant, 'Elsewhere'])
  await owner.query('update identity.users set roles = $2, tenant_id = $3 where id = $1', [
    client.userId,
    roles,
    tenant,
  ])
  await owner.query('update identity.credentials set tenant_id = $2 where user_id = $1', [
    client.userId,
    tenant,
  ])
  await owner.query('update identity.sessions set tenant_id = $2 where user_id = $1', [client.userId, tenant])
  return { sub: client.userId, tid: tenant, sid, roles }
}

async function makeThings(
  clients: ReadonlyMap<string, Client>,
  asOperator: () => Promise<string>,
): Promise<Things> {
  const ada = clients.get('project owner') ?? fail('there is no owner')
  // Every reading goes to a person.
  const projectId = await ada.project({ review: { minimumConfidence: 1, minimumWordConfidence: 1 } })
  for (const role of ['viewer', 'reviewer']) {
    const { userId } = clients.get(`project ${role}`) ?? fail(`there is no ${role}`)
    const saved = await ada.call('PUT', `/api/v1/projects/${projectId}/members/${userId}`, { role })
    if (saved.status !== 200) fail(`cannot make a ${role}: ${JSON.stringify(saved.body)}`)
  }
  const upload = async (kind: string, bytes: Buffer): Promise<string> =>
    (await ada.call('POST', `/api/v1/projects/${projectId}/${kind}`, formWith(bytes, 'a'))).body.id
  const documentId = await upload('documents', pixel())
  const voiceSampleId = await upload('voice-samples', wave())
  const refused = await ada.call('GET', '/api/v1/audit')
  const other = new Client(ada.gateway)
  Object.assign(other, { email: ada.email, password: Reflect.get(ada, 'password') })
  const review = await eventually(
    'the upload is in review',
    async () => (await ada.call('GET', `/api/v1/reviews?projectId=${projectId}`)).body.items?.[0],
    180,
  )
  const operator = new Client(ada.gateway)
  operator.token = await asOperator()
  // Members have no type of task yet; what one has started stays one's own when the role is gone.
  const task = await operator.call('POST', '/api/v1/tasks', {
    type: 'dead-letter-restore',
    params: { selection: { all: true } },
  })
  return {
    ...{ projectId, documentId, voiceSampleId },
    reviewId: review.id,
    taskId: task.body.id,
    sessionId: decodeJwt<Claims>((await other.signIn()).token).sid,
    requestId: refused.headers.get('x-request-id') ?? '',
  }
}
