import { createServer, type RequestListener, type Server } from 'node:http'
import { flushCompileCache } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import type { Router } from 'express'
import { auditRecorder } from './audit/audit-recorder.ts'
import {
  hearOfRevocations,
  identityRevocations,
  type Revocations,
  revocationsFrom,
} from './auth/revocation.ts'
import { identityKeys, type KeySource, tokenVerifier } from './auth/tokens.ts'
import type { BrokerConfig, ServiceConfig } from './config/environment.ts'
import { openSidecar, type Sidecar } from './dapr/sidecar.ts'
import type { Database } from './database/database.ts'
import { idempotencyStore } from './database/idempotency.ts'
import { deliveryRoutes } from './events/delivery-routes.ts'
import type { Subscription } from './events/handlers.ts'
import { openMessaging } from './events/messaging.ts'
import { armFailPoints } from './fail-points.ts'
import { brokerCheck, filesCheck, postgresCheck, sidecarCheck } from './health/checks.ts'
import { type Health, type HealthCheck, healthOf } from './health/health.ts'
import { createApp } from './http/app.ts'
import type { Route } from './http/route.ts'
import { openOperations } from './operations/operations.ts'
import { type Repetition, repeatedly } from './repeatedly.ts'
import type { FileStorage } from './storage/storage.ts'
import { announceTaskTypes, forgetTaskSteps } from './tasks/announce-task-types.ts'
import { refuseUnservedTasks, type TaskType } from './tasks/task-type.ts'
import { log } from './telemetry/log.ts'
import { flushTraces } from './telemetry/tracing.ts'

export interface ServeOptions<Schema> {
  appId: string
  config: ServiceConfig & Partial<BrokerConfig>
  /** Gives the service an outbox, an inbox and remembered answers. */
  database?: Database<Schema>
  files?: FileStorage
  routes?: readonly Route[]
  /** Everything the service reacts to. */
  subscriptions?: readonly Subscription[]
  /** Long operations that it carries out; `takeSteps` in its subscriptions does. */
  tasks?: readonly TaskType[]
  /** Housekeeping that runs every so often in each replica. */
  background?: readonly Repetition[]
  /** What else the service needs in order to be ready. */
  checks?: readonly HealthCheck[]
  /** Mounted behind the sidecar's token, for what a declared route cannot do. */
  routers?: readonly Router[]
  sidecar?: Sidecar
  /** Where token keys come from; identity's public keys unless told. */
  keys?: KeySource
  /** Tokens that ended before their time; those that identity tells of unless told. */
  revocations?: Revocations
  /** Runs before anything is closed. */
  onStop?: () => Promise<void>
}

export interface RunningService {
  /** Port that the service listens on. */
  port: number
  /** Drains and closes everything; the process ends by itself afterwards. */
  stop(): Promise<void>
}

/**
 * Runs a service: everything between its environment and its routes and handlers. Listens at once and is
 * ready when what it needs is there; on SIGTERM or SIGINT it finishes what it has begun, within
 * SHUTDOWN_SECONDS.
 * @throws {Error} naming the mistake when two handlers take one event or a route is declared wrongly
 */
export async function serve<Schema>(options: ServeOptions<Schema>): Promise<RunningService> {
  const { appId, config, database, files, subscriptions = [], tasks = [] } = options
  refuseDoubleHandlers(appId, subscriptions)
  refuseUnservedTasks(appId, tasks, subscriptions)
  armFailPoints(config.ALTA_FAIL_POINTS)
  const sidecar = options.sidecar ?? openSidecar(config)
  const messaging =
    database && openMessaging({ database, subscriptions, sidecar, config: needBroker(appId, config) })
  const operations =
    messaging &&
    openOperations({ database, subscriptions, relay: messaging.relay, version: config.ALTA_VERSION })
  const idempotency = database && idempotencyStore(database)
  const audit = database && auditRecorder(database)
  const revocations = options.revocations ?? revocationsFrom(identityRevocations(config))

  const health = healthOf(appId, [
    sidecarCheck(sidecar),
    ...(database ? [postgresCheck(database)] : []),
    ...(messaging ? [brokerCheck(messaging)] : []),
    ...(files ? [filesCheck(files)] : []),
    ...(options.checks ?? []),
  ])
  const app = createApp({
    appId,
    routes: [...(options.routes ?? []), ...(operations?.routes ?? [])],
    appToken: config.APP_API_TOKEN,
    open: health.router,
    routers: [
      ...(messaging ? [deliveryRoutes(appId, subscriptions, messaging.inbox)] : []),
      ...(options.routers ?? []),
    ],
    verifyToken: tokenVerifier({
      issuer: config.TOKEN_ISSUER,
      audience: config.TOKEN_AUDIENCE,
      keys: options.keys ?? identityKeys(config),
      revocations,
    }),
    files,
    idempotency,
    audit,
  })

  const server = serverForSidecar(app)
  await listen(server, config.APP_PORT, config.APP_HOST)
  messaging?.start()
  const jobs = [
    ...(idempotency
      ? [{ name: 'forget old answers', everySeconds: 600, run: () => idempotency.purge() }]
      : []),
    ...(database && tasks.length > 0 ? [announceTaskTypes(database, tasks), forgetTaskSteps(database)] : []),
    ...(audit ? [{ name: 'note repeated refusals', everySeconds: 10, run: () => audit.flush() }] : []),
    ...(operations?.background ?? []),
    sayWhatIsMissing(health),
    hearOfRevocations(revocations),
    ...(options.background ?? []),
  ].map(repeatedly)
  health.hold(undefined)
  log.info({ port: config.APP_PORT }, `${appId} listens`)
  // With NODE_COMPILE_CACHE the next start takes half the time; Node would keep it at an orderly end only.
  flushCompileCache()

  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= (async () => {
      health.hold('draining')
      log.info('stopping: finishing what has begun')
      await options.onStop?.().catch((error: unknown) => log.error({ err: error }, 'could not stop in order'))
      for (const job of jobs) await job.stop()
      const milliseconds = config.SHUTDOWN_SECONDS * 1_000
      await Promise.all([drainServer(server, milliseconds), messaging?.drain(milliseconds)])
      await audit?.flush(true)
      await messaging?.close()
      await operations?.leave()
      await database?.close()
      await sidecar.close()
      await flushTraces()
      log.info('stopped')
    })()
    return stopping
  }
  endWith(stop, config.SHUTDOWN_SECONDS)
  return { port: config.APP_PORT, stop }
}

/**
 * Only the sidecar calls: the time limit bounds what a broken one can hold, and uploads take as long as they take.
 * daprd gives up a connection that is idle for 90 seconds. Were it closed from here before, as Node does after five,
 * a call that is just being sent over it would be answered 500 by the sidecar.
 */
export const serverForSidecar = (app: RequestListener): Server =>
  createServer({ headersTimeout: 10_000, requestTimeout: 0, keepAliveTimeout: 120_000 }, app)

/**
 * Takes no new connections and waits for the requests in flight; those that are still there after so many
 * milliseconds are cut.
 * @param partingMs before that, each answer asks for the connection to be closed, and callers have so long to do so: a
 *   connection that is closed from here may have a request on its way, of which its caller then hears nothing
 */
export async function drainServer(server: Server, milliseconds: number, partingMs = 0): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), milliseconds)
  // Whoever keeps a connection alive, as daprd does, would otherwise go on sending requests over it for ever.
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'))
  const parted = performance.now() + Math.min(partingMs, milliseconds)
  while (performance.now() < parted && (await connectionsOf(server)) > 0) await delay(50)
  const closed = new Promise((resolve) => server.close(resolve))
  const sweep = setInterval(() => server.closeIdleConnections(), 100)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
}

const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )

/** Ends the process after `stop`, or by force some seconds after it should have been over. */
function endWith(stop: () => Promise<void>, seconds: number): void {
  const end = () => {
    setTimeout(
      () => {
        log.error(`still not stopped after ${seconds + 5} s; ending by force`)
        process.exit(1)
      },
      (seconds + 5) * 1_000,
    ).unref()
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'could not stop in order')
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
}

/** Express 5 hides a taken port in the callback's argument; the plain server tells it as an event. */
function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
}

function refuseDoubleHandlers(appId: string, subscriptions: readonly Subscription[]): void {
  const topics = subscriptions.map(({ topic }) => topic)
  const twice = topics.find((topic, index) => topics.indexOf(topic) !== index)
  if (twice) throw new Error(`two handlers take ${twice}; see services/${appId}/src/subscriptions.ts`)
}

function needBroker<Config extends Partial<BrokerConfig>>(
  appId: string,
  config: Config,
): Config & BrokerConfig {
  if (config.RABBITMQ_URL === undefined) {
    throw new Error(
      `${appId} has a database and so an outbox: add brokerEnvironment to services/${appId}/src/config.ts`,
    )
  }
  // brokerEnvironment is one group: with its first field all are there.
  return config as Config & BrokerConfig
}

/** One line every 15 seconds while something is missing, so that the log names the cause. */
const sayWhatIsMissing = (health: Health): Repetition => ({
  name: 'look what is missing',
  everySeconds: 15,
  run: async () => {
    const { status, causes } = await health.report()
    if (status === 'unavailable') log.warn({ causes }, 'not ready')
  },
})
