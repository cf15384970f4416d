import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Checkout } from '../checkout.ts'
import { green, line, red } from '../console/steps.ts'
import { alignTable } from '../console/table.ts'
import { readPlaces } from '../supervisor/places.ts'
import { type ProcessState, readLastState, type SupervisorState } from '../supervisor/state.ts'
import { isClaimed } from '../system/mutex.ts'
import { accepts, httpJson } from '../system/network.ts'
import { isAlive, processesOf } from '../system/processes.ts'

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

const report = z.object({
  causes: z.array(z.string()).default([]),
  degraded: z.array(z.string()).default([]),
})

interface Look {
  /** One word or two for the table. */
  readonly health: string
  /** What the service says is wrong, as `broker: it takes nothing (…)`. */
  readonly faults: readonly string[]
}

/** Asks a process whether it is ready, and a service what it works without. */
async function look(one: ProcessState): Promise<Look> {
  if (one.pid === undefined || !isAlive(one.pid)) {
    return { health: red(`down (${one.lastEnd ?? (one.pid ? 'ended' : 'not started')})`), faults: [] }
  }
  const { status, body } = await httpJson(one.readyUrl)
  if (status === 0) return { health: red('no answer'), faults: [] }
  const { causes, degraded } = report.safeParse(body).data ?? { causes: [], degraded: [] }
  const faults = [...causes, ...degraded]
  if (status < 200 || status >= 300) return { health: red(`not ready (${status})`), faults }
  if (faults.length === 0) return { health: green('healthy'), faults }
  const components = faults.map((fault) => fault.split(':')[0])
  return { health: red(`degraded: ${components.join(', ')}`), faults }
}

/** Prints every process; exit code 1 when one is not healthy or nothing keeps them running, 3 when nothing runs. */
export async function status(checkout: Checkout): Promise<void> {
  const state = await readLastState(checkout.home)
  const supervised = state !== undefined && isAlive(state.pid)
  const left = supervised ? [] : await processesOf(checkout.id)
  if (!supervised && left.length === 0) {
    console.log(
      (await isClaimed(`up-${checkout.id}`))
        ? 'Alta is not running here yet: a make up of this checkout is at work'
        : 'Alta is not running here. Start it: make up',
    )
    process.exitCode = 3
    return
  }
  if (!supervised) {
    console.log(
      red(`The supervisor is gone. Processes that still run: ${left.length}; nothing restarts them.`),
    )
    line('make up', 'takes over: each service is replaced while the others go on')
    line('make down', 'ends them')
    console.log()
    process.exitCode = 1
  }
  if (state) await printProcesses(state, supervised)
  await printInfrastructure(checkout)
  for (const [name, address] of Object.entries(state?.addresses ?? {})) line(name, address)
}

async function printProcesses(state: SupervisorState, supervised: boolean): Promise<void> {
  const now = Date.now()
  const looks = await Promise.all(state.processes.map(look))
  const rows = state.processes.map((one, index) => [
    one.name,
    String(one.pid ?? '–'),
    String(one.port),
    looks[index]?.health ?? '',
    String(one.restarts),
    uptime(one.startedAt, now),
  ])
  const supervisor = [
    'supervisor',
    String(state.pid),
    '–',
    supervised ? green('healthy') : red('gone'),
    '–',
    supervised ? uptime(state.startedAt, now) : '–',
  ]
  console.log(alignTable([['process', 'pid', 'port', 'health', 'restarts', 'uptime'], ...rows, supervisor]))
  console.log()
  for (const [index, { name }] of state.processes.entries()) {
    for (const fault of looks[index]?.faults ?? []) line(name, fault)
  }
  if (looks.some(({ health }) => !health.includes('healthy'))) process.exitCode = 1
}

async function printInfrastructure({ home }: Checkout): Promise<void> {
  if (!existsSync(join(home, 'places.json'))) return line('servers', 'not known: places.json is gone')
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
