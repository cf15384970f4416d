// gateway: the one way in. Routes by Dapr service invocation; owns no data.
import { identityRevocations, revocationsFrom } from '@alta/kit/auth/revocation'
import { identityKeys, tokenVerifier } from '@alta/kit/auth/tokens'
import { openSidecar } from '@alta/kit/dapr/sidecar'
import { drainServer, serve } from '@alta/kit/serve'
import { log } from '@alta/kit/telemetry/log'
import { circuits } from './circuits/circuits.ts'
import { openSharedCircuits } from './circuits/shared-circuits.ts'
import { config } from './config.ts'
import { listen } from './edge/listener.ts'
import { openGateway } from './gateway.ts'
import { openGrpcServer } from './grpc/grpc-server.ts'
import { openLastDay } from './limits/last-day.ts'
import { limiter } from './limits/limiter.ts'
import { policiesOf } from './limits/policies.ts'
import { openRedisCounters } from './limits/redis-counters.ts'
import { readOrigins } from './live/origin.ts'

const body = config.GATEWAY_BODY_SECONDS * 1000
const upload = { total: config.GATEWAY_UPLOAD_SECONDS * 1000, idle: body }

/** For callers with a connection that they keep: busy ones use it again within that time, and are told to close it. */
const PARTING_MS = 5_000

// As many as there can be callers: an event stream or a slow upload holds one for long, and nobody waits for another.
const sidecar = openSidecar(config, { connections: config.GATEWAY_MAX_CONNECTIONS })
const revocations = revocationsFrom(identityRevocations(config))
const counters = await openRedisCounters(config)
const lastDay = await openLastDay(config)
/** A trial of which nothing was heard by then is one of a gateway that died. */
const trialMs = config.GATEWAY_UPSTREAM_SECONDS * 1000 + 5_000
const circuitRules = { failures: 5, openMs: 30_000, trials: 2, successes: 2, trialMs }
const sharedCircuits = await openSharedCircuits(config, circuitRules)
const upstreams = circuits(sharedCircuits, circuitRules)
const { server, documents, live, inner } = openGateway({
  sidecar,
  upstreamTimeout: config.GATEWAY_UPSTREAM_SECONDS * 1000,
  trustedHops: config.GATEWAY_TRUSTED_HOPS,
  policies: policiesOf(config.GATEWAY_LIMITS, {
    everybody: config.GATEWAY_LIMIT_EVERYBODY,
    user: config.GATEWAY_LIMIT_USER,
    address: config.GATEWAY_LIMIT_ADDRESS,
    'sign-in': config.GATEWAY_LIMIT_SIGN_IN,
    refresh: config.GATEWAY_LIMIT_REFRESH,
  }),
  limiter: limiter(counters.take),
  lastDay,
  circuits: upstreams,
  verify: tokenVerifier({
    issuer: config.TOKEN_ISSUER,
    audience: config.TOKEN_AUDIENCE,
    keys: identityKeys(config),
    revocations,
  }),
  bodies: {
    json: { maximumBytes: config.GATEWAY_JSON_LIMIT, total: body, idle: body },
    document: { maximumBytes: config.GATEWAY_DOCUMENT_LIMIT, ...upload },
    audio: { maximumBytes: config.GATEWAY_AUDIO_LIMIT, ...upload },
  },
  consoleFolder: config.GATEWAY_CONSOLE_FOLDER,
  limits: {
    headers: config.GATEWAY_HEADERS_SECONDS * 1000,
    request: Math.max(upload.total, body),
    connections: config.GATEWAY_MAX_CONNECTIONS,
  },
  live: {
    places: config.GATEWAY_LIVE_URLS.split(',').flatMap((text) => (text ? [new URL(text)] : [])),
    edgeKey: config.LIVE_EDGE_KEY,
    origins: readOrigins(config.GATEWAY_ALLOWED_ORIGINS),
    perAddress: config.GATEWAY_LIVE_PER_ADDRESS,
  },
})

const grpc =
  config.GATEWAY_GRPC_PORT === undefined
    ? undefined
    : await openGrpcServer(inner, {
        host: config.GATEWAY_HOST,
        port: config.GATEWAY_GRPC_PORT,
        trustedHops: config.GATEWAY_TRUSTED_HOPS,
        maximumBytes: config.GATEWAY_JSON_LIMIT,
        limits: {
          connections: config.GATEWAY_GRPC_CONNECTIONS,
          perAddress: config.GATEWAY_GRPC_PER_ADDRESS,
          streams: config.GATEWAY_GRPC_STREAMS,
          idle: config.GATEWAY_GRPC_IDLE_SECONDS * 1000,
        },
      })

// The internal listener has health and metrics for the platform; callers never see it.
await serve({
  appId: 'gateway',
  config,
  sidecar,
  revocations,
  background: [
    { name: 'hear of circuits that others have changed', everySeconds: 0.25, run: upstreams.look },
    { name: 'tell what limits have found', everySeconds: 5, run: lastDay.tell },
    { name: 'refresh the API documents', everySeconds: 30, run: documents.refresh },
    { name: 'ask for missing API documents', everySeconds: 2, run: documents.refreshMissing },
  ],
  checks: [counters.check],
  onStop: async () => {
    // Together: one after the other they would take longer than the process has.
    await Promise.all([
      live.drain(PARTING_MS),
      grpc?.drain(PARTING_MS),
      drainServer(server, config.SHUTDOWN_SECONDS * 1000, PARTING_MS),
    ])
    // Figures for people: when Redis is away as well, the last seconds of them are lost, and nothing waits for that.
    await lastDay
      .tell()
      .catch((error: unknown) => log.info({ err: error }, 'what limits have found was not told'))
    lastDay.close()
    counters.close()
    sharedCircuits.close()
  },
})
await listen(server, config.GATEWAY_PORT, config.GATEWAY_HOST)
log.info({ host: config.GATEWAY_HOST, port: config.GATEWAY_PORT }, 'the public listener is up')
