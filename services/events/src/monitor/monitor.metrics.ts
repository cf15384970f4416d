import { registry } from '@alta/kit/telemetry/metrics'
import { Gauge } from 'prom-client'
import type { MonitorTables } from './monitor.tables.ts'

/*
 * What the monitor sees of others. `app_id` is whose it is, as in the sidecars' own metrics; `job` and `service` are
 * words of Prometheus for who was asked.
 */
const queueLabels = ['queue', 'app_id', 'topic'] as const
const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
  new Gauge<Label>({ name, help, labelNames: [...labelNames], registers: [registry] })

const ready = gauge('alta_queue_ready', 'Messages that wait in the queue', queueLabels)
const unacknowledged = gauge('alta_queue_unacknowledged', 'Messages that a consumer holds', queueLabels)
const consumers = gauge('alta_queue_consumers', 'Consumers of the queue', queueLabels)
const oldest = gauge(
  'alta_queue_oldest_seconds',
  'Age of the oldest message, good to the distance of two samples; half an hour: at least so old',
  queueLabels,
)
const alive = gauge('alta_service_alive', '1: the service answered the monitor', ['app_id'])
const replicas = gauge('alta_service_replicas', 'Replicas that were heard of within a minute', ['app_id'])
const stuckHandlers = gauge(
  'alta_stuck_handlers',
  'Handlers with something in flight that have finished nothing for longer than they ever take',
  [],
)
const stuckSeconds = gauge('alta_stuck_handler_seconds', 'For how long such a handler has been at it', [
  'app_id',
  'topic',
])
const sampledAt = gauge('alta_monitor_sampled_timestamp_seconds', 'When the broker was asked last', [])

export interface QueueView {
  readonly queue: string
  readonly app: string
  readonly topic: string
  readonly at: Date
  readonly ready: number
  readonly unacknowledged: number | null
  readonly consumers: number
  readonly oldestSeconds: number | null
}

/** A queue that the broker does not list any more is not shown any more. */
export function showQueues(queues: readonly QueueView[]): void {
  const newest = Math.max(0, ...queues.map(({ at }) => at.getTime()))
  for (const one of [ready, unacknowledged, consumers, oldest]) one.reset()
  for (const { queue, app, topic, ...figures } of queues) {
    if (figures.at.getTime() < newest) continue
    const labels = { queue, app_id: app, topic }
    ready.set(labels, figures.ready)
    consumers.set(labels, figures.consumers)
    if (figures.unacknowledged !== null) unacknowledged.set(labels, figures.unacknowledged)
    if (figures.oldestSeconds !== null) oldest.set(labels, figures.oldestSeconds)
  }
  sampledAt.set(newest / 1_000)
}

export function showServices(
  services: readonly Pick<MonitorTables['service_samples'], 'app' | 'alive' | 'replicas'>[],
): void {
  for (const { app, alive: answers, replicas: heard } of services) {
    alive.set({ app_id: app }, answers ? 1 : 0)
    replicas.set({ app_id: app }, heard)
  }
}

export function showStuck(
  stuck: readonly Pick<MonitorTables['stuck_handlers'], 'app' | 'topic' | 'since'>[],
): void {
  stuckHandlers.set(stuck.length)
  stuckSeconds.reset()
  for (const { app, topic, since } of stuck)
    stuckSeconds.set({ app_id: app, topic }, (Date.now() - since.getTime()) / 1_000)
}
