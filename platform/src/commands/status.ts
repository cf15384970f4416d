import type { Checkout } from '../checkout.ts'
import { green, line, red } from '../console/steps.ts'
import { alignTable } from '../console/table.ts'
import { readPlaces } from '../supervisor/places.ts'
import { type ProcessState, readState } from '../supervisor/state.ts'
import { accepts, httpStatus } from '../system/network.ts'

/** `3 min`, `2 h 5 min`: how long something has been running. */
export function uptime(since: string | undefined, now: number): string {
  if (!since) return '–'
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

async function health(one: ProcessState): Promise<string> {
  if (one.pid === undefined) return red(`down (${one.lastEnd ?? 'not started'})`)
  const status = await httpStatus(one.readyUrl)
  if (status >= 200 && status < 300) return green('healthy')
  return red(status === 0 ? 'no answer' : `not ready (${status})`)
}

/** Prints every process; exit code 1 when one is not healthy, 3 when nothing runs. */
export async function status(checkout: Checkout): Promise<void> {
  const state = await readState(checkout.home)
  if (!state) {
    console.log('Alta is not running here. Start it: make up')
    process.exitCode = 3
    return
  }
  const now = Date.now()
  const states = await Promise.all(state.processes.map(health))
  const rows = state.processes.map((one, index) => [
    one.name,
    String(one.pid ?? '–'),
    String(one.port),
    states[index] ?? '',
    String(one.restarts),
    uptime(one.startedAt, now),
  ])
  const supervisor = [
    'supervisor',
    String(state.pid),
    '–',
    green('healthy'),
    '–',
    uptime(state.startedAt, now),
  ]
  console.log(alignTable([['process', 'pid', 'port', 'health', 'restarts', 'uptime'], ...rows, supervisor]))
  console.log()
  await printInfrastructure(checkout)
  for (const [name, address] of Object.entries(state.addresses)) line(name, address)
  if (states.some((text) => !text.includes('healthy'))) process.exitCode = 1
}

async function printInfrastructure({ home }: Checkout): Promise<void> {
  const { postgres, redisUrl, rabbitmqUrl } = await readPlaces(home)
  const redis = new URL(redisUrl)
  const rabbitmq = new URL(rabbitmqUrl)
  const places: [string, string, number][] = [
    ['PostgreSQL', postgres.host, postgres.port],
    ['Redis', redis.hostname, Number(redis.port || 6379)],
    ['RabbitMQ', rabbitmq.hostname, Number(rabbitmq.port || 5672)],
  ]
  for (const [name, host, port] of places) {
    const answers = await accepts(port, host)
    line(name, `${host}:${port} ${answers ? green('answers') : red('does not answer')}`)
  }
}
