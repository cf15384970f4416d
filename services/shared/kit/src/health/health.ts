import express, { type Router } from 'express'
import { exposition } from '../telemetry/metrics.ts'
import { showComponents } from './component-metrics.ts'

/** Something a service cannot work without, and how to ask after it. */
export interface HealthCheck {
  /** As `postgres`, `broker`, `sidecar`, `files`. */
  readonly name: string
  /** False: shown, but a failure does not take the service out of rotation. */
  readonly needed?: boolean
  /**
   * @returns figures worth seeing, such as those of a pool
   * @throws {Error} whose message says what is wrong
   */
  readonly check: (signal: AbortSignal) => Promise<Readonly<Record<string, unknown>> | undefined>
}

/** Thrown by a check whose object works in part, as a database that can be read only: shown, and keeps nobody out. */
export class Degraded extends Error {
  override readonly name = 'Degraded'
}

export interface ComponentHealth {
  readonly name: string
  readonly status: 'ok' | 'degraded' | 'down'
  readonly latencyMs: number
  readonly needed: boolean
  readonly reason?: string
  readonly figures?: Readonly<Record<string, unknown>>
}

export interface HealthReport {
  readonly service: string
  /** `degraded`: it takes requests, and not all of them can succeed. */
  readonly status: 'ok' | 'degraded' | 'unavailable'
  /** Why it is not ready; empty when it is. */
  readonly causes: readonly string[]
  /** What is wrong besides, each with its reason. */
  readonly degraded: readonly string[]
  readonly uptimeSeconds: number
  readonly components: readonly ComponentHealth[]
}

export interface Health {
  report(): Promise<HealthReport>
  /** Not ready while a reason is set, as `starting` or `draining`. */
  hold(reason: string | undefined): void
  /** `/health`, `/health/ready`, `/health/live`, `/metrics`. */
  readonly router: Router
}

/** A check that takes longer counts as failed. */
const timeLimitMs = 2_000
/** Probes come from several sides at once; one look serves them all. */
const freshForMs = 500

export function healthOf(service: string, checks: readonly HealthCheck[]): Health {
  let held: string | undefined = 'starting'
  let latest: { at: number; components: Promise<ComponentHealth[]> } | undefined

  function components(): Promise<ComponentHealth[]> {
    if (!latest || Date.now() - latest.at > freshForMs) {
      const found = Promise.all(checks.map(look))
      latest = { at: Date.now(), components: found }
      void found.then(showComponents)
    }
    return latest.components
  }

  async function report(): Promise<HealthReport> {
    const found = await components()
    const told = ({ name, status, reason }: ComponentHealth) => `${name}: ${reason ?? status}`
    const down = found.filter(({ status, needed }) => needed && status === 'down')
    const causes = [...(held === undefined ? [] : [held]), ...down.map(told)]
    const degraded = found.filter((one) => one.status !== 'ok' && !down.includes(one)).map(told)
    return {
      service,
      status: causes.length > 0 ? 'unavailable' : degraded.length > 0 ? 'degraded' : 'ok',
      causes,
      degraded,
      uptimeSeconds: Math.floor(process.uptime()),
      components: found,
    }
  }

  return {
    report,
    hold(reason) {
      held = reason
    },
    router: healthRouter(report),
  }
}

const statusOf = (status: HealthReport['status']): number => (status === 'unavailable' ? 503 : 200)

function healthRouter(report: () => Promise<HealthReport>): Router {
  const router = express.Router()
  // Asks after nothing: a process that answers is alive, and restarting it would not bring a database back.
  router.get(['/health/live', '/healthz'], (_request, response) => {
    response.json({ status: 'ok' })
  })
  router.get('/health/ready', async (_request, response) => {
    const { service, status, causes, degraded } = await report()
    response.status(statusOf(status)).json({ service, status, causes, degraded })
  })
  router.get('/health', async (_request, response) => {
    const found = await report()
    response.status(statusOf(found.status)).json(found)
  })
  router.get('/metrics', async (request, response) => {
    const { type, body } = await exposition(request.get('accept'))
    response.type(type).send(body)
  })
  return router
}

async function look({ name, needed = true, check }: HealthCheck): Promise<ComponentHealth> {
  const begun = performance.now()
  const latencyMs = () => Math.round((performance.now() - begun) * 10) / 10
  const tooLate = AbortSignal.timeout(timeLimitMs)
  try {
    const figures = await Promise.race([check(tooLate), rejected(tooLate)])
    return { name, status: 'ok', latencyMs: latencyMs(), needed, ...(figures ? { figures } : {}) }
  } catch (error) {
    const status = error instanceof Degraded ? 'degraded' : 'down'
    return { name, status, latencyMs: latencyMs(), needed, reason: reasonOf(error) }
  }
}

const rejected = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${timeLimitMs} ms`)), {
      once: true,
    })
  })

/** An AggregateError of several addresses has an empty message and a code. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return (error.message || code || error.name).slice(0, 200)
}
