import type { BrokerConfig } from '@alta/kit/config'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import type { Database } from '@alta/kit/database/database'
import type { Topology } from '@alta/kit/events/topology'
import type { Route } from '@alta/kit/http/route'
import type { Repetition } from '@alta/kit/repeatedly'
import type { EventsSchema } from '../database/schema.ts'
import { askThrough, orderThrough } from './ask-services.ts'
import { amqpFigures, type BrokerFigures, managementFigures } from './broker-figures.ts'
import { thinSamples } from './history.repository.ts'
import { monitorActionRoutes, monitorRoutes } from './monitor.routes.ts'
import { monitoredApps, monitorService } from './monitor.service.ts'
import { queueWatch } from './queue-watch.ts'
import { sample } from './sample.ts'
import { noScaler, runnerScaler, type Scaler } from './scaler.ts'

export interface MonitorConfig extends Pick<BrokerConfig, 'RABBITMQ_URL'> {
  readonly RABBITMQ_MANAGEMENT_URL: string | undefined
  readonly RUNNER_CONTROL_URL: string | undefined
  readonly RUNNER_CONTROL_TOKEN: string | undefined
  readonly KUBERNETES_NAMESPACE: string | undefined
  readonly MONITOR_INTERVAL_SECONDS: number
  readonly MONITOR_RETENTION_DAYS: number
  readonly STUCK_FACTOR: number
  readonly STUCK_FLOOR_SECONDS: number
}

/** For a handler that was never seen at work: longer than any should take for its first message. */
const UNKNOWN_SECONDS = 120

/** What is seen of queues, services and outboxes, and what can be done about it. */
export function openMonitor(options: {
  database: Database<EventsSchema>
  config: MonitorConfig
  sidecar: Sidecar
  topology: Topology
}): { routes: Route[]; background: Repetition[] } {
  const { database, config, sidecar, topology } = options
  const ask = askThrough(sidecar)
  const monitor = monitorService({
    database,
    topology,
    ask,
    order: orderThrough(sidecar),
    scaler: scalerOf(config),
  })
  const sampler = {
    database,
    apps: monitoredApps(topology),
    ask,
    broker: brokerOf(config, topology),
    rule: {
      factor: config.STUCK_FACTOR,
      floorSeconds: config.STUCK_FLOOR_SECONDS,
      unknownSeconds: UNKNOWN_SECONDS,
    },
    everySeconds: config.MONITOR_INTERVAL_SECONDS,
  }
  return {
    routes: [...monitorRoutes(monitor), ...monitorActionRoutes(monitor)],
    background: [
      {
        name: 'look at queues and services',
        everySeconds: config.MONITOR_INTERVAL_SECONDS,
        run: () => sample(sampler),
      },
      {
        name: 'show queues and services as metrics',
        everySeconds: config.MONITOR_INTERVAL_SECONDS,
        run: queueWatch(database, topology),
      },
      {
        name: 'thin the history of queues and services',
        everySeconds: 3_600,
        run: () => database.system(({ tx }) => thinSamples(tx, config.MONITOR_RETENTION_DAYS)),
      },
    ],
  }
}

/** The management API's user is the broker's own: a user may see its vhost with the tag `management`. */
function brokerOf(config: MonitorConfig, topology: Topology): BrokerFigures {
  const broker = new URL(config.RABBITMQ_URL)
  if (config.RABBITMQ_MANAGEMENT_URL === undefined) {
    return amqpFigures(
      config.RABBITMQ_URL,
      topology.queues.map(({ name }) => name),
    )
  }
  const management = new URL(config.RABBITMQ_MANAGEMENT_URL)
  management.username ||= broker.username
  management.password ||= broker.password
  return managementFigures(management.href, decodeURIComponent(broker.pathname.slice(1)) || '/')
}

function scalerOf(config: MonitorConfig): Scaler {
  const { KUBERNETES_NAMESPACE: namespace } = config
  if (namespace !== undefined) {
    return {
      async scale(app, replicas) {
        // Loaded when it is used first: the client costs a second of every start.
        const { inCluster, kubernetesScaler } = await import('./kubernetes-scaler.ts')
        return kubernetesScaler(inCluster(), namespace).scale(app, replicas)
      },
    }
  }
  const { RUNNER_CONTROL_URL: url, RUNNER_CONTROL_TOKEN: token } = config
  return url !== undefined && token !== undefined ? runnerScaler(url, token) : noScaler
}
