import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { line, StepFailed, step } from '../console/steps.ts'
import { removeContainer } from '../infrastructure/docker.ts'
import { dropDatabase } from '../infrastructure/postgres.ts'
import { postgresServer } from '../infrastructure/postgres-server.ts'
import { dropVhost, rabbitmqServer } from '../infrastructure/rabbitmq.ts'
import { clearRedis, redisServer } from '../infrastructure/redis.ts'
import { othersOn, stopServer } from '../infrastructure/server.ts'
import { readStarted } from '../infrastructure/started.ts'
import { openSecrets } from '../secrets.ts'
import { discoverServices } from '../services/discover.ts'
import { readPlaces } from '../supervisor/places.ts'
import { readState, removeState } from '../supervisor/state.ts'
import { until } from '../system/network.ts'
import { isAlive, processesOf, signal, terminate } from '../system/processes.ts'

/** Stops everything that `make up` started; with `clean` its data goes too. */
export async function down(checkout: Checkout, { clean }: { clean: boolean }): Promise<void> {
  console.log(`Alta in ${checkout.root} (${checkout.id})`)
  await stopServices(checkout)
  const secrets = await openSecrets(checkout)
  const servers = [
    { name: 'RabbitMQ', server: rabbitmqServer(checkout) },
    { name: 'Redis', server: redisServer },
    { name: 'PostgreSQL', server: postgresServer(checkout, secrets) },
  ]
  // Asked while our own role is still there to ask with.
  const others = await Promise.all(servers.map(({ server }) => othersOn(server, checkout)))
  if (clean) await removeData(checkout)
  for (const [index, { name, server }] of servers.entries()) {
    await step(name, (say) => stopServer(server, checkout, others[index] ?? 0, say))
  }
  if (clean) {
    for (const [name, { how }] of Object.entries(await readStarted(checkout))) {
      if (how === 'docker') await removeContainer(`${checkout.id}_${name}`)
    }
    await removeHome(
      checkout,
      others.some((count) => count > 0),
    )
  }
  line('down', clean ? 'nothing is left' : 'data is kept; make up goes on with it')
}

/** `.alta/`, unless a server whose data lies in it is left running for others. */
async function removeHome(checkout: Checkout, inUse: boolean): Promise<void> {
  const own = Object.values(await readStarted(checkout)).some(({ how }) => how === 'own')
  if (own && inUse) return line('files', `kept ${checkout.home}: others use a server that runs from it`)
  for (const name of await readdir(checkout.home).catch(() => [])) {
    // Other instances of this checkout are platforms of their own.
    if (name !== 'instances') await rm(join(checkout.home, name), { recursive: true, force: true })
  }
  // Goes only when nothing is left in it.
  await rmdir(checkout.home).catch(() => undefined)
  line('files', `removed ${checkout.home}`)
}

/** Ends the supervisor with everything it keeps running, and what an earlier one left behind. */
export async function stopServices(checkout: Checkout): Promise<void> {
  await step('services', async (say) => {
    const state = await readState(checkout.home)
    if (state) {
      say(`stopping ${state.processes.length} processes, sidecars first`)
      signal(state.pid, 'SIGTERM')
      const ended = await until(async () => !isAlive(state.pid), 70_000, 100)
      if (!ended) {
        say('the supervisor does not end; killing it')
        signal(state.pid, 'SIGKILL')
      }
    }
    const left = await processesOf(checkout.id)
    if (left.length > 0) {
      say(`ending ${left.length} processes left behind`)
      await terminate(left, 10_000)
    }
    await removeState(checkout.home)
    if (!state && left.length === 0) say('none was running')
  })
}

async function removeData(checkout: Checkout): Promise<void> {
  await step('data', async (say) => {
    const places = await readPlaces(checkout.home).catch(() => undefined)
    if (!places) return say('there is none')
    const secrets = await openSecrets(checkout)
    const apps = await discoverServices(checkout.root)
    const how = (await readStarted(checkout)).rabbitmq?.how ?? 'found'
    const parts: [string, () => Promise<unknown>][] = [
      ['database and roles', () => dropDatabase(checkout, secrets, places.postgres.port, apps)],
      ['vhost and user', () => dropVhost(checkout, Number(new URL(places.rabbitmqUrl).port || 5672), how)],
      ['Redis keys', () => clearRedis(places.redisUrl, [`${checkout.id}:`, `${checkout.namespace}.`])],
    ]
    for (const [name, remove] of parts) {
      // A server that is down cannot be cleaned; the other parts still can.
      await remove().then(
        () => say(`removed ${name}`),
        (error: unknown) => {
          process.exitCode = 1
          say(`could not remove ${name}: ${error instanceof StepFailed ? error.why : String(error)}`)
        },
      )
    }
  })
}
