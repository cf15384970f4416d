import type { Checkout } from '../checkout.ts'
import type { Say } from '../console/steps.ts'
import { systemEnvironment } from '../infrastructure/rabbitmq-admin.ts'
import { accepts, until } from '../system/network.ts'
import { canBeRoot, runAsRoot } from '../system/privilege.ts'
import { which } from '../system/run.ts'

export const BROKER_METRICS_PORT = 15_692
const STARTS_WITHIN_MS = 30_000

/** Switches the broker's own metrics on where it is the machine's and we may; without them some panels stay empty. */
export async function ensureBrokerMetrics({ settings }: Pick<Checkout, 'settings'>, say: Say): Promise<void> {
  if (settings.ALTA_RABBITMQ_URL || (await accepts(BROKER_METRICS_PORT))) return
  if (!(await which('rabbitmq-plugins')) || !(await canBeRoot())) return
  say('switching the plugin rabbitmq_prometheus of the broker on')
  const env = await systemEnvironment()
  const { code, stderr } = await runAsRoot('rabbitmq-plugins', ['enable', 'rabbitmq_prometheus'], {
    env,
    cwd: '/',
  })
  if (code !== 0) return say(`it stays off: ${stderr.trim().slice(-300)}`)
  await until(() => accepts(BROKER_METRICS_PORT), STARTS_WITHIN_MS, 500)
}
