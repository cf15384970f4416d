import { generateKeyPairSync } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { identityKeys, tokenVerifier } from '@alta/kit/auth/tokens'
import { openSidecar } from '@alta/kit/dapr/sidecar'
import { drainServer } from '@alta/kit/serve'
import { exportJWK, SignJWT } from 'jose'
import type { ServiceDocuments } from '../documentation/service-documents.ts'
import { listen } from '../edge/listener.ts'
import type { BodyRules } from '../edge/request-body.ts'
import { type Gateway, openGateway } from '../gateway.ts'
import { processCounters } from '../limits/counters.ts'
import { type Limiter, limiter } from '../limits/limiter.ts'
import type { Policies } from '../limits/policies.ts'
import type { LiveRules, LiveTunnels } from '../live/live-tunnel.ts'
import { publicServices } from '../routes.ts'
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

/** What the services whose routes no test here looks at answer. */
const empty = Object.fromEntries(publicServices.map((name) => [name, { openapi: '3.1.0', paths: {} }]))

const documents = {
  ...empty,
  identity: {
    openapi: '3.1.0',
    paths: {
      '/api/v1/auth/login': post([]),
      '/api/v1/auth/me': get(bearer),
      '/.well-known/jwks.json': get([]),
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
      '/api/v1/projects/{id}/documents': post(bearer),
      '/api/v1/projects/{id}/voice-samples': post(bearer),
      '/api/v1/documents/{id}': get(bearer),
      '/private/sweep': post([]),
    },
    components: { schemas: { Problem: { type: 'object' } } },
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
  /** Fetches with a valid token. */
  signedIn(path: string, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

/** The public listener over a stub of daprd, with small limits. */
export async function startGateway(
  options: {
    upstreamTimeout?: number
    trustedHops?: number
    policies?: Policies
    limiter?: Limiter
    live?: Partial<LiveRules>
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
    verify: tokenVerifier({ issuer: 'https://alta.local', audience: 'alta', keys: identityKeys(settings) }),
    bodies: smallBodies,
    limits: { headers: 2_000, request: 10_000, connections: 100 },
    live: {
      places: [],
      edgeKey: 'only-for-tests-only-for-tests-only',
      origins: new Set(),
      perAddress: 100,
      ...options.live,
    },
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
