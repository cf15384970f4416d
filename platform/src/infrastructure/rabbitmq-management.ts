import type { Checkout } from '../checkout.ts'
import { reason, type Say } from '../console/steps.ts'
import { until } from '../system/network.ts'
import { canBeRoot, runAsRoot } from '../system/privilege.ts'
import { which } from '../system/run.ts'
import { type BrokerAdmin, systemEnvironment } from './rabbitmq-admin.ts'
import type { Started } from './started.ts'

const STARTS_WITHIN_MS = 30_000

/** The status of a GET of this platform's own queues, as its own user; 0 when nobody answers. */
async function look(base: string, amqpUrl: URL): Promise<number> {
  const user = `${decodeURIComponent(amqpUrl.username)}:${decodeURIComponent(amqpUrl.password)}`
  const answer = await fetch(`${base}/api/queues/${amqpUrl.pathname.slice(1)}?columns=name`, {
    headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}` },
    signal: AbortSignal.timeout(5_000),
  }).catch(() => undefined) // no plugin, or not started yet
  await answer?.body?.cancel()
  return answer?.status ?? 0
}

/**
 * Address of the broker's management API, where the monitor sees what AMQP does not tell: unacknowledged messages and
 * rates. Switches the plugin on where the broker is the machine's own and we may; without it the monitor knows less,
 * and everything else works.
 * @param url of this platform's vhost and user
 */
export async function ensureManagement(
  checkout: Checkout,
  broker: { url: string; how: Started['how'] | 'found'; admin: BrokerAdmin | undefined },
  say: Say,
): Promise<string> {
  const url = new URL(broker.url)
  const given = checkout.settings.ALTA_RABBITMQ_MANAGEMENT_URL
  const base = (given || `http://${url.hostname}:15672`).replace(/\/$/, '')
  try {
    const ours = !given && !checkout.settings.ALTA_RABBITMQ_URL && ['found', 'system'].includes(broker.how)
    if ((await look(base, url)) === 0 && ours) await switchOn(base, url, say)
    if ([401, 403].includes(await look(base, url))) await letIn(broker.admin, url)
    // What was just let in or switched on takes a moment until it shows.
    if (await until(async () => (await look(base, url)) === 200, 5_000, 250)) return base
    say('no management API: the monitor knows depth and consumers of queues only')
  } catch (error) {
    say(`no management API: ${reason(error)}`)
  }
  return ''
}

async function switchOn(base: string, url: URL, say: Say): Promise<void> {
  if (!(await which('rabbitmq-plugins')) || !(await canBeRoot())) return
  say('switching its management plugin on')
  const env = await systemEnvironment()
  const result = await runAsRoot('rabbitmq-plugins', ['enable', 'rabbitmq_management'], { env, cwd: '/' })
  if (result.code !== 0) throw new Error(`rabbitmq-plugins: ${result.stderr.trim().slice(-300)}`)
  await until(async () => (await look(base, url)) > 0, STARTS_WITHIN_MS, 500)
}

/** The tag `management` shows a user the vhosts it may use, and no other. */
async function letIn(admin: BrokerAdmin | undefined, url: URL): Promise<void> {
  await admin?.allowManagement(decodeURIComponent(url.username), decodeURIComponent(url.password))
}
