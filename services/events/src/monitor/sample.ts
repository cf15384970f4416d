import type { OperationsReport } from '@alta/contracts/resources/operations'
import type { Database } from '@alta/kit/database/database'
import { log } from '@alta/kit/telemetry/log'
import type { EventsSchema } from '../database/schema.ts'
import type { BrokerFigures, QueueFigures } from './broker-figures.ts'
import type { MonitorTables } from './monitor.tables.ts'
import { insertSamples, noteHandlers, takeTurn } from './sample.repository.ts'
import { clearStuck, insertStuck } from './stuck.repository.ts'
import { isStuck, type StuckRule } from './stuck.ts'

/** What one service says of itself; undefined when it does not answer. */
export type AskService = (app: string) => Promise<OperationsReport | undefined>

export interface SamplerOptions {
  database: Database<EventsSchema>
  /** App-ids that have a database, and so something to report. */
  apps: readonly string[]
  ask: AskService
  broker: BrokerFigures
  rule: StuckRule
  /** Between two samples, over all replicas. */
  everySeconds: number
}

/**
 * Looks at every queue and service once and keeps what it saw, unless another replica has just done so.
 * @returns whether it was this one's turn
 */
export async function sample(options: SamplerOptions): Promise<boolean> {
  const { database, everySeconds } = options
  // A little less than the interval, so that a timer that comes early is not turned away.
  const turn = await database.system(({ tx }) => takeTurn(tx, everySeconds * 0.9))
  if (!turn) return false
  const [queues, reports] = await Promise.all([
    options.broker().catch((error: unknown): QueueFigures[] => {
      log.warn({ err: error }, 'could not ask the broker for its queues')
      return []
    }),
    Promise.all(options.apps.map((app) => options.ask(app))),
  ])
  return database.system(async ({ tx }) => {
    // Again, for the replica that began at the same moment: the first to write is the one that counts.
    const at = await takeTurn(tx, everySeconds * 0.9)
    if (!at) return false
    const handlers = reports.flatMap((report) => (report ? handlerSamples(report, at) : []))
    await insertSamples(tx, {
      queues: queues.map((queue) => ({ ...queue, at })),
      services: options.apps.map((app, index) => serviceSample(app, reports[index], at)),
      handlers,
    })
    const known = await noteHandlers(tx, handlers)
    const stuck = handlers.flatMap((handler) => {
      const past = known.find(({ app, topic }) => app === handler.app && topic === handler.topic)
      const moment = {
        inFlight: handler.in_flight,
        oldestInFlightSeconds: handler.oldest_in_flight_seconds,
        p95Ms: past?.p95Ms ?? null,
        idleSeconds: past?.idleSeconds ?? null,
      }
      return isStuck(moment, options.rule) ? [{ ...handler, p95_ms: moment.p95Ms }] : []
    })
    for (const { app, topic, p95_ms, oldest_in_flight_seconds } of stuck) {
      const since = new Date(at.getTime() - (oldest_in_flight_seconds ?? 0) * 1000)
      if (await insertStuck(tx, { app, topic, since, noticed_at: at, p95_ms })) {
        log.error({ app, topic, since, p95Ms: p95_ms }, 'a handler is stuck: it finishes nothing any more')
      }
    }
    for (const { app, topic } of await clearStuck(tx, stuck, at)) {
      log.info({ app, topic }, 'a handler that was stuck goes on')
    }
    return true
  })
}

function serviceSample(
  app: string,
  report: OperationsReport | undefined,
  at: Date,
): MonitorTables['service_samples'] {
  return {
    app,
    at,
    alive: report !== undefined,
    replicas: report?.replicas.length ?? 0,
    outbox_waiting: report?.outbox.waiting ?? 0,
    outbox_failed: report?.outbox.failed ?? 0,
    outbox_oldest_seconds: report?.outbox.oldestSeconds ?? 0,
    inbox_parked: report?.inbox.parked ?? 0,
    inbox_failed: report?.inbox.failed ?? 0,
    inbox_oldest_seconds: report?.inbox.oldestSeconds ?? 0,
  }
}

const handlerSamples = (report: OperationsReport, at: Date): MonitorTables['handler_samples'][] =>
  report.handlers.map((handler) => ({
    app: report.app,
    topic: handler.topic,
    at,
    handled: handler.handled,
    failed: handler.failed,
    in_flight: handler.inFlight,
    oldest_in_flight_seconds: handler.oldestInFlightSeconds,
    p50_ms: handler.p50Ms,
    p95_ms: handler.p95Ms,
  }))
