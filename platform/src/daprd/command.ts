import { join } from 'node:path'

export interface SidecarPorts {
  readonly http: number
  readonly grpc: number
  readonly internal: number
  readonly metrics: number
}

/** Apps that take uploads; everybody else gets no body larger than an event. */
const uploads: readonly string[] = ['gateway', 'documents']

/**
 * Arguments of one sidecar. What is set here is set because daprd's default is unsafe (it listens on every
 * address), too small (4 KiB of headers, 4 MiB of body) or wants what is not there (placement, scheduler).
 * @param options.appPort missing for the gateway, which nobody calls through Dapr
 */
export function sidecarArguments(options: {
  appId: string
  appPort?: number
  ports: SidecarPorts
  root: string
  configuration: string
}): string[] {
  const { appId, appPort, ports, root, configuration } = options
  const resources = ['components', 'components/generated', 'resiliency', 'secretstores/local']
  return [
    ...['--app-id', appId],
    ...(appPort === undefined ? [] : ['--app-port', String(appPort), '--app-protocol', 'http']),
    ...['--dapr-http-port', String(ports.http), '--dapr-grpc-port', String(ports.grpc)],
    ...['--dapr-internal-grpc-port', String(ports.internal), '--metrics-port', String(ports.metrics)],
    ...['--dapr-listen-addresses', '127.0.0.1', '--dapr-internal-grpc-listen-address', '127.0.0.1'],
    ...[
      '--metrics-listen-address',
      '127.0.0.1',
      '--placement-host-address',
      '',
      '--scheduler-host-address',
      '',
    ],
    ...resources.flatMap((folder) => ['--resources-path', join(root, 'dapr', folder)]),
    ...['--config', configuration, '--read-buffer-size', '64Ki'],
    ...['--max-body-size', uploads.includes(appId) ? '512Mi' : '16Mi'],
    ...['--dapr-graceful-shutdown-seconds', '20', '--log-level', 'info', '--log-as-json'],
  ]
}
