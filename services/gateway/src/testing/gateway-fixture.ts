import { generateKeyPairSync } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { identityKeys, tokenVerifier } from '@alta/kit/auth/tokens'
import { openSidecar } from '@alta/kit/dapr/sidecar'
import { drainServer } from '@alta/kit/serve'
import { exportJWK, SignJWT } from 'jose'
import type { CircuitRules } from '../circuits/circuit.ts'
import { type Circuits, circuits } from '../circuits/circuits.ts'
import type { SharedCircuits } from '../circuits/shared-circuits.ts'
import type { ServiceDocuments } from '../documentation/service-documents.ts'
import { listen } from '../edge/listener.ts'
import type { BodyRules } from '../edge/request-body.ts'
import { type Gateway, openGateway } from '../gateway.ts'
import { processCounters } from '../limits/counters.ts'
import type { LastDay } from '../limits/last-day.ts'
import { type Limiter, limiter } from '../limits/limiter.ts'
import type { Policies } from '../limits/policies.ts'
import type { LiveRules, LiveTunnels } from '../live/live-tunnel.ts'
import { publicServices, upstreamOf } from '../routes.ts'
import type { Deprecation } from '../routing/deprecations.ts'
import { routesFromDocuments } from '../routing/from-documents.ts'
import { routeTable } from '../routing/route-table.ts'
import type { Transformations } from '../routing/transformations.ts'
import { type StubSidecar, startStubSidecar } from './stub-sidecar.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const kid = 'test-key'

/** A token as identity issues it. @param changes claims that differ */
export function accessToken(changes: Record<string, unknown> = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({
    iss: 'https://alta.local',
    aud: 'alta',
    sub: '019a9d2e-0000-7000-8000-000000000001',
    tid: '00000000-0000-7000-8000-000000000000',
    sid: '019a9d2e-0000-7000-8000-000000000002',
    roles: ['member'],
    iat: now,
    exp: now + 600,
    ...changes,
  })
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid })
    .sign(privateKey)
}

const get = (security: unknown) => ({ get: { security, responses: {} } })
const post = (security: unknown) => ({ post: { security, responses: {} } })
const bearer = [{ bearer: [] }]
const upload = (mediaTypes: string) => ({
  post: {
    security: bearer,
    requestBody: {
      content: { 'multipart/form-data': { encoding: { file: { contentType: mediaTypes } } } },
    },
    responses: {},
  },
})

/** What the services whose routes no test here looks at answer. */
const empty = Object.fromEntries(publicServices.map((name) => [name, { openapi: '3.1.0', paths: {} }]))

const uuid = { type: 'string', format: 'uuid', pattern: '^[0-9a-f-]{36}$' }
/** Routes that say in full what they take. */
const strictRoutes = {
  get: {
    security: bearer,
    parameters: [
      { in: 'query', name: 'limit', schema: { type: 'integer', minimum: 1, maximum: 100 } },
      { in: 'query', name: 'tag', schema: { type: 'array', items: { type: 'string', maxLength: 10 } } },
      { in: 'query', name: 'projectId', required: true, schema: uuid },
      { in: 'header', name: 'if-match', schema: { type: 'string', maxLength: 10 } },
    ],
    responses: {},
  },
  post: {
    security: bearer,
    'x-permission': 'documents:write',
    'x-maximum-bytes': 512,
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: {
              name: { type: 'string', maxLength: 10 },
              description: { type: 'string' },
              owner: { $ref: '#/components/schemas/Owner' },
            },
            required: ['name'],
            additionalProperties: false,
          },
        },
      },
    },
    responses: {},
  },
  patch: {
    security: bearer,
    'x-permission': 'operations:write',
    requestBody: { content: { 'application/json': { schema: { type: 'object', required: ['name'] } } } },
    responses: {},
  },
}

const changeOfCircuit = {
  post: {
    security: bearer,
    'x-permission': 'operations:write',
    requestBody: { content: { 'application/json': { schema: { type: 'object', required: ['reason'] } } } },
    responses: {},
  },
}

const documents = {
  ...empty,
  identity: {
    openapi: '3.1.0',
    paths: {
      '/api/v1/auth/login': { post: { ...post([]).post, 'x-limits': { policies: ['sign-in'] } } },
      '/api/v1/auth/me': get(bearer),
      '/.well-known/jwks.json': get([]),
      '/oauth/authorize': get([]),
      '/oauth/assets/pages.css': get([]),
      '/oauth/token': post([]),
      '/oauth/interaction/{uid}': post([]),
    },
    components: { schemas: { User: { type: 'object' }, Problem: { type: 'object' } } },
    tags: [{ name: 'auth' }],
  },
  documents: {
    openapi: '3.1.0',
    paths: {
      '/api/v1/projects': { ...get(bearer), ...post(bearer) },
      '/api/v1/projects/{id}': {
        get: { security: bearer, responses: { 200: { description: 'Yes', headers: { etag: {} } } } },
      },
      '/api/v1/projects/{id}/documents': upload('application/pdf, image/png'),
      '/api/v1/projects/{id}/voice-samples': upload('audio/mpeg, audio/wav'),
      '/api/v1/documents/{id}': get(bearer),
      '/api/v1/documents': strictRoutes,
      '/private/sweep': post([]),
    },
    components: {
      schemas: { Problem: { type: 'object' }, Owner: { type: 'object', properties: { id: uuid } } },
    },
  },
  reviews: { openapi: '3.1.0', paths: { '/api/v1/reviews': get(bearer) } },
  tasks: {
    openapi: '3.1.0',
    paths: {
      '/api/v1/tasks': { ...get(bearer), ...post(bearer) },
      '/api/v1/tasks/{id}': get(bearer),
      '/api/v1/tasks/{id}/cancel': post(bearer),
    },
  },
  events: {
    openapi: '3.1.0',
    paths: {
      '/api/v1/gateway/circuits/{upstream}/open': changeOfCircuit,
      '/api/v1/gateway/circuits/{upstream}/close': changeOfCircuit,
    },
  },
  notifications: { openapi: '3.1.0', paths: { '/api/v1/notifications': get(undefined) } },
}

export const smallBodies: BodyRules = {
  json: { maximumBytes: 1024, total: 1_500, idle: 1_500 },
  document: { maximumBytes: 256 * 1024, total: 20_000, idle: 1_500 },
  audio: { maximumBytes: 512 * 1024, total: 20_000, idle: 1_500 },
}

export interface TestGateway {
  url: string
  port: number
  stub: StubSidecar
  documents: ServiceDocuments
  live: LiveTunnels
  inner: Gateway['inner']
  /** Callers that are connected. */
  connections(): Promise<number>
  /** Fetches with a valid token. */
  signedIn(path: string, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

/** Tests of other things fail calls as often as they like. */
const patientRules: CircuitRules = {
  failures: 1_000,
  openMs: 30_000,
  trials: 2,
  trialMs: 35_000,
  successes: 2,
}
const noRedis = () => Promise.reject(new Error('no Redis in this test'))
const sharedByNobody: SharedCircuits = { change: noRedis, read: noRedis, close: () => undefined }

/** The public listener over a stub of daprd, with small limits. */
export async function startGateway(
  options: {
    upstreamTimeout?: number
    trustedHops?: number
    policies?: Policies
    limiter?: Limiter
    lastDay?: LastDay
    live?: Partial<LiveRules>
    circuits?: Circuits
    deprecations?: Readonly<Record<string, Deprecation>>
    transformations?: Transformations
    cacheable?: ReadonlySet<string>
    consoleFolder?: string
  } = {},
): Promise<TestGateway> {
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }] }
  const stub = await startStubSidecar(documents, jwks)
  const settings = { DAPR_HTTP_PORT: stub.port, DAPR_API_TOKEN: 'sidecar-token' }
  const sidecar = openSidecar(settings)
  const counters = processCounters()
  const gateway = openGateway({
    sidecar,
    upstreamTimeout: options.upstreamTimeout ?? 10_000,
    trustedHops: options.trustedHops ?? 0,
    policies: options.policies ?? new Map(),
    limiter: options.limiter ?? limiter(async (asks) => counters(asks)),
    lastDay: options.lastDay ?? { tell: noRedis, read: noRedis, close: () => undefined },
    deprecations: options.deprecations ?? {},
    transformations: options.transformations ?? {},
    cacheable: options.cacheable ?? new Set(),
    circuits: options.circuits ?? circuits(sharedByNobody, patientRules),
    verify: tokenVerifier({ issuer: 'https://alta.local', audience: 'alta', keys: identityKeys(settings) }),
    bodies: smallBodies,
    consoleFolder: options.consoleFolder ?? '',
    limits: { headers: 2_000, request: 10_000, connections: 100 },
    live: {
      places: [],
      edgeKey: 'only-for-tests-only-for-tests-only',
      origins: new Set(),
      perAddress: 100,
      ...options.live,
    },
    table: routeTable(routesFromDocuments(documents, upstreamOf)),
  })
  await listen(gateway.server, 0, '127.0.0.1')
  // The server listens on a TCP port.
  const { port } = gateway.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    port,
    stub,
    documents: gateway.documents,
    live: gateway.live,
    inner: gateway.inner,
    connections: () =>
      new Promise((resolve, reject) => {
        gateway.server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
      }),
    async signedIn(path, init = {}) {
      const headers = new Headers(init.headers)
      headers.set('authorization', `Bearer ${await accessToken()}`)
      return fetch(url + path, { ...init, headers })
    },
    async close() {
      await gateway.live.drain(0)
      await drainServer(gateway.server, 0)
      await sidecar.close()
      await stub.close()
    },
  }
}
