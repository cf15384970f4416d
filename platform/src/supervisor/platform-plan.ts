import { join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { sidecarArguments } from '../daprd/command.ts'
import type { Ports } from '../ports.ts'
import type { Secrets } from '../secrets.ts'
import { portName, serviceEnvironment, sidecarEnvironment } from '../services/environment.ts'
import type { KnownPlaces } from './places.ts'
import { logOf, type Plan, type Planned } from './plan.ts'

/** Names of all ports that a platform with these apps needs, the gateway's public one aside. */
export const portNames = (apps: readonly string[]): string[] => [
  ...apps.flatMap((app) =>
    (['app', 'http', 'grpc', 'internal', 'metrics'] as const).map((use) => portName(app, use)),
  ),
  'mail.smtp',
]

/** Every service and its sidecar, ready to be started. */
export function platformPlan(options: {
  checkout: Checkout
  secrets: Secrets
  places: KnownPlaces
  ports: Ports
  apps: readonly string[]
  gatewayPort: number
  configuration: string
}): Plan {
  const { checkout, secrets, places, apps, gatewayPort, configuration } = options
  const gatewayUrl = `http://localhost:${gatewayPort}`
  const ports: Ports = { ...options.ports, 'gateway.public': gatewayPort }
  const port = (app: string, use: Parameters<typeof portName>[1]): number => ports[portName(app, use)] ?? 0
  const input = { checkout, secrets, places, ports, gatewayUrl }

  const service = (app: string): Planned => ({
    name: app,
    service: app,
    kind: 'service',
    command: process.execPath,
    // Node's own 16 KiB of headers would reset what daprd's 64 KiB let through.
    args: ['--max-http-header-size=65536', '--import', '@alta/kit/telemetry/register', 'src/main.ts'],
    cwd: join(checkout.root, 'services', app),
    env: serviceEnvironment(app, input),
    log: logOf(checkout.logs, app),
    port: port(app, 'app'),
    readyUrl: `http://127.0.0.1:${port(app, 'app')}/health/ready`,
  })
  const sidecar = (app: string): Planned => ({
    name: `${app}-daprd`,
    service: app,
    kind: 'sidecar',
    command: places.daprd,
    args: sidecarArguments({
      appId: app,
      ...(app === 'gateway' ? {} : { appPort: port(app, 'app') }),
      ports: {
        http: port(app, 'http'),
        grpc: port(app, 'grpc'),
        internal: port(app, 'internal'),
        metrics: port(app, 'metrics'),
      },
      root: checkout.root,
      configuration,
    }),
    // The secret store's file is named relative to this.
    cwd: checkout.home,
    env: sidecarEnvironment(app, input),
    log: logOf(checkout.logs, `${app}-daprd`),
    port: port(app, 'http'),
    readyUrl: `http://127.0.0.1:${port(app, 'http')}/v1.0/healthz`,
  })
  return {
    id: checkout.id,
    home: checkout.home,
    gatewayUrl,
    addresses: {
      gateway: gatewayUrl,
      docs: `${gatewayUrl}/docs`,
      'caught mail': `${gatewayUrl}/api/v1/notifications/caught`,
    },
    processes: apps.flatMap((app) => [service(app), sidecar(app)]),
    watch: [
      ...apps.map((app) => ({ folder: join(checkout.root, 'services', app, 'src'), services: [app] })),
      ...['kit', 'contracts'].map((shared) => ({
        folder: join(checkout.root, 'services/shared', shared, 'src'),
        services: apps,
      })),
    ],
  }
}
