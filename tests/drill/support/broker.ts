import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from '@alta/kit/testing/daprd'
import { eventually } from '@alta/kit/testing/wait'
import { accepts } from '../../../platform/src/system/network.ts'
import { type BreakableBroker, startBroker } from '../../faults/support/servers.ts'

export interface MonitoredBroker {
  readonly broker: BreakableBroker
  readonly managementUrl: string
  readonly metricsPort: number
}

/** A broker of the drill's own with its management API and its metrics, on ports that are not the machine's. */
export async function startMonitoredBroker(opened: AsyncDisposableStack): Promise<MonitoredBroker> {
  const broker = await startBroker(opened)
  const [managementPort = 0, metricsPort = 0] = await freePorts(2)
  const folder = join(broker.folder, 'rabbitmq')
  const listeners = [`management.tcp.port = ${managementPort}`, `prometheus.tcp.port = ${metricsPort}`]
  const local = ['management.tcp.ip = 127.0.0.1', 'prometheus.tcp.ip = 127.0.0.1']
  await writeFile(join(folder, 'rabbitmq.conf'), `${[...listeners, ...local].join('\n')}\n`)
  await writeFile(join(folder, 'enabled_plugins'), '[rabbitmq_management,rabbitmq_prometheus].\n')
  // It reads both files when it starts.
  await broker.stop()
  await broker.start()
  await eventually('its plugins answer', async () => {
    return (await accepts(managementPort)) && (await accepts(metricsPort))
  })
  return { broker, managementUrl: `http://127.0.0.1:${managementPort}`, metricsPort }
}
