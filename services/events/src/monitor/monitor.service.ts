import { setTimeout as delay } from 'node:timers/promises'
import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import type { Database } from '@alta/kit/database/database'
import { conflict, notFound } from '@alta/kit/errors'
import { PAUSE_KNOWN_AFTER_MS } from '@alta/kit/events/paused-handlers'
import type { Topology } from '@alta/kit/events/topology'
import type { EventsSchema } from '../database/schema.ts'
import type { Order } from './ask-services.ts'
import { estimateQueue } from './estimates.ts'
import {
  type HandlerPoint,
  type HistoryWanted,
  handlerHistory,
  type QueuePoint,
  queueHistory,
  type ServicePoint,
  serviceHistory,
} from './history.repository.ts'
import { recentQueueSamples } from './sample.repository.ts'
import type { AskService } from './sample.ts'
import type { Scaler } from './scaler.ts'
import { listStuck, type StuckHandler } from './stuck.repository.ts'

/** Far enough back for the age of what has been waiting for long; older than that is "at least so old". */
const LOOK_BACK_MINUTES = 60

export type MonitorService = ReturnType<typeof monitorService>

/** App-ids that have a database, and so an outbox, an inbox and something to report. */
export const monitoredApps = (topology: Topology): string[] =>
  [...new Set([...Object.values(topology.owners), ...topology.queues.map(({ app }) => app)])]
    .filter((app) => app !== 'every service')
    .sort()

export function monitorService(options: {
  database: Database<EventsSchema>
  topology: Topology
  ask: AskService
  order: Order
  scaler: Scaler
}) {
  const { database, topology, ask, order, scaler } = options
  const apps = monitoredApps(topology)
  const known = (app: string): string => {
    if (apps.includes(app)) return app
    throw notFound('service_not_found', 'There is no such service.')
  }

  return {
    /** Every queue of the topology, also one that the broker has lost. */
    async queues() {
      const [samples, stuck, reports] = await Promise.all([
        database.system(({ tx }) => recentQueueSamples(tx, LOOK_BACK_MINUTES)),
        database.system(({ tx }) => listStuck(tx)),
        Promise.all(apps.map((app) => ask(app))),
      ])
      const paused = new Set(
        reports.flatMap((report) => report?.inbox.paused.map((topic) => `${report.app} ${topic}`) ?? []),
      )
      const open = new Set(
        stuck.filter((one) => one.cleared_at === null).map(({ app, topic }) => `${app} ${topic}`),
      )
      const byQueue = Map.groupBy(samples, ({ queue }) => queue)
      return topology.queues.map(({ name, app, topic }) => {
        const moments = byQueue.get(name) ?? []
        const last = moments.at(-1)
        const figures = {
          ready: last?.ready ?? 0,
          unacknowledged: last ? last.unacknowledged : null,
          consumers: last?.consumers ?? 0,
        }
        const key = `${app} ${topic}`
        return {
          name,
          app,
          topic,
          sampledAt: last?.at.toISOString() ?? null,
          ...figures,
          ...estimateQueue(moments),
          state: stateOf(figures, { paused: paused.has(key), stuck: open.has(key) }),
        }
      })
    },

    queueHistory(name: string, wanted: HistoryWanted): Promise<QueuePoint[]> {
      if (!topology.queues.some((queue) => queue.name === name)) {
        throw notFound('queue_not_found', 'There is no such queue.')
      }
      return database.system(({ tx }) => queueHistory(tx, name, wanted))
    },

    async services() {
      const reports = await Promise.all(apps.map((app) => ask(app)))
      return apps.map((app, index) => ({
        app,
        alive: reports[index] !== undefined,
        replicas: reports[index]?.replicas ?? [],
        handlers: reports[index]?.handlers ?? [],
      }))
    },

    serviceHistory: (app: string, wanted: HistoryWanted): Promise<ServicePoint[]> =>
      database.system(({ tx }) => serviceHistory(tx, known(app), wanted)),

    handlerHistory(app: string, topic: string, wanted: HistoryWanted): Promise<HandlerPoint[]> {
      if (!topology.queues.some((queue) => queue.app === app && queue.topic === topic)) {
        throw notFound('handler_not_found', 'There is no such handler.')
      }
      return database.system(({ tx }) => handlerHistory(tx, { app, topic }, wanted))
    },

    async outboxes() {
      const reports = await Promise.all(apps.map((app) => ask(app)))
      return apps.map((app, index) => ({
        app,
        alive: reports[index] !== undefined,
        outbox: reports[index]?.outbox ?? null,
        inbox: reports[index]?.inbox ?? null,
      }))
    },

    stuck: (): Promise<StuckHandler[]> => database.system(({ tx }) => listStuck(tx)),

    releaseEvent: (app: string, id: string) => order(known(app), `/operations/outbox/${id}/release`),

    releaseMessages: (app: string, which: { messageId?: string | undefined; topic?: string | undefined }) =>
      order(known(app), '/operations/inbox/release', which),

    /**
     * Comes back when every replica knows it, after a second: whoever stops a handler that does harm may rely on it.
     * @throws {Problem} 404 `service_not_found`; 409 `handler_must_run`
     */
    async pause(app: string, topic: string) {
      if (topic === auditRecorded.topic) {
        throw conflict(
          'handler_must_run',
          'What is done is noted as long as anything is done: it does not rest.',
        )
      }
      await order(known(app), handlerOrder(topic, 'pause'))
      await delay(PAUSE_KNOWN_AFTER_MS)
    },

    /** @throws {Problem} 404 `service_not_found`; 409 `handler_not_paused` */
    resume: (app: string, topic: string) => order(known(app), handlerOrder(topic, 'resume')),

    scale: (app: string, replicas: number) => scaler.scale(known(app), replicas),
  }
}

const handlerOrder = (topic: string, verb: 'pause' | 'resume') =>
  `/operations/handlers/${encodeURIComponent(topic)}/${verb}`

function stateOf(
  { ready, unacknowledged, consumers }: { ready: number; unacknowledged: number | null; consumers: number },
  { paused, stuck }: { paused: boolean; stuck: boolean },
): 'idle' | 'working' | 'paused' | 'no_consumer' | 'stuck' {
  if (stuck) return 'stuck'
  if (paused) return 'paused'
  if (ready > 0 && consumers === 0) return 'no_consumer'
  return ready + (unacknowledged ?? 0) > 0 ? 'working' : 'idle'
}
