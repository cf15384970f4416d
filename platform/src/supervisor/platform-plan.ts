import { join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { sidecarArguments } from '../daprd/command.ts'
import type { Ports } from '../ports.ts'
import type { Secrets } from '../secrets.ts'
import {
  controlPort,
  type PortUse,
  portName,
  serviceEnvironment,
  sidecarEnvironment,
} from '../services/environment.ts'
import { settingsDigest } from '../settings.ts'
import type { KnownPlaces } from './places.ts'
import { logOf, type Plan, type Planned } from './plan.ts'

/** Names of all ports that a platform with these apps needs, the gateway's public one aside. */
export const portNames = (apps: readonly string[]): string[] => [
  ...apps.flatMap(replicaPorts),
  'mail.smtp',
  'gateway.rpc',
  controlPort,
]

/** Names of the ports that one replica needs. */
export const replicaPorts = (replica: string): string[] =>
  (
    ['app', 'http', 'grpc', 'internal', 'metrics', ...(isLive(replica) ? (['live'] as const) : [])] as const
  ).map((use) => portName(replica, use))

/** Whether it takes WebSockets, which have a port of their own. */
const isLive = (replica: string): boolean => /^notifications(-\d+)?$/.test(replica)

/** The first replica is called like its service, so that there is nothing to learn while there is only one. */
export const replicaName = (app: string, number: number): string => (number === 1 ? app : `${app}-${number}`)

interface PlanOptions {
  checkout: Checkout
  secrets: Secrets
  places: KnownPlaces
  ports: Ports
  gatewayPort: number
  configuration: string
}

/** One replica of a service with its sidecar, ready to be started. */
export function replicaPlan(options: PlanOptions, app: string, number: number): Planned[] {
  const { checkout, secrets, places, gatewayPort, configuration } = options
  const ports: Ports = { ...options.ports, 'gateway.public': gatewayPort }
  const replica = replicaName(app, number)
  const port = (use: PortUse): number => ports[portName(replica, use)] ?? 0
  const input = { checkout, secrets, places, ports, gatewayUrl: gatewayUrlOf(gatewayPort) }

  const service: Planned = {
    name: replica,
    service: app,
    kind: 'service',
    command: process.execPath,
    // Node's own 16 KiB of headers would reset what daprd's 64 KiB let through.
    args: ['--max-http-header-size=65536', '--import', '@alta/kit/telemetry/register', 'src/main.ts'],
    cwd: join(checkout.root, 'services', app),
    env: serviceEnvironment(app, input, replica),
    log: logOf(checkout.logs, replica),
    port: port('app'),
    readyUrl: `http://127.0.0.1:${port('app')}/health/ready`,
  }
  const sidecar: Planned = {
    name: `${replica}-daprd`,
    service: app,
    kind: 'sidecar',
    command: places.daprd,
    args: sidecarArguments({
      appId: app,
      ...(app === 'gateway' ? {} : { appPort: port('app') }),
      ports: {
        http: port('http'),
        grpc: port('grpc'),
        internal: port('internal'),
        metrics: port('metrics'),
      },
      root: checkout.root,
      configuration,
    }),
    // The secret store's file is named relative to this.
    cwd: checkout.home,
    env: sidecarEnvironment(app, input),
    log: logOf(checkout.logs, `${replica}-daprd`),
    port: port('http'),
    readyUrl: `http://127.0.0.1:${port('http')}/v1.0/healthz`,
  }
  return [service, sidecar]
}

const gatewayUrlOf = (port: number): string => `http://localhost:${port}`

/** Every service and its sidecar, one replica each. */
export function platformPlan(options: PlanOptions & { apps: readonly string[] }): Plan {
  const { checkout, apps, gatewayPort } = options
  const gatewayUrl = gatewayUrlOf(gatewayPort)
  return {
    id: checkout.id,
    home: checkout.home,
    gatewayUrl,
    addresses: {
      console: `${gatewayUrl}/console/`,
      gateway: gatewayUrl,
      docs: `${gatewayUrl}/docs`,
      // Not for a browser: it wants a token, as README shows.
      'mails (token)': `${gatewayUrl}/api/v1/notifications/caught`,
    },
    settings: settingsDigest(checkout.settings),
    processes: apps.flatMap((app) => replicaPlan(options, app, 1)),
    watch: [
      ...apps.map((app) => ({ folder: join(checkout.root, 'services', app, 'src'), services: [app] })),
      ...['kit', 'contracts'].map((shared) => ({
        folder: join(checkout.root, 'services/shared', shared, 'src'),
        services: apps,
      })),
    ],
  }
}
