import type { Checkout } from '../checkout.ts'
import { line, step } from '../console/steps.ts'
import { removeContainer } from '../infrastructure/docker.ts'
import { postgresServer } from '../infrastructure/postgres-server.ts'
import { rabbitmqServer } from '../infrastructure/rabbitmq.ts'
import { redisServer } from '../infrastructure/redis.ts'
import { othersOn, stopServer } from '../infrastructure/server.ts'
import { readStarted } from '../infrastructure/started.ts'
import { openSecrets } from '../secrets.ts'
import { readState, removeState } from '../supervisor/state.ts'
import { until } from '../system/network.ts'
import { isAlive, processesOf, signal, terminate } from '../system/processes.ts'
import { removeData, removeHome } from './remove-data.ts'

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
  // Asked first: a server that others use is left running, and the files that it runs from stay.
  const others = await Promise.all(servers.map(({ server }) => othersOn(server, checkout)))
  if (clean) await step('data', (say) => removeData(checkout, say))
  for (const [index, { name, server }] of servers.entries()) {
    await step(name, (say) => stopServer(server, checkout, others[index] ?? 0, say))
  }
  if (clean) {
    for (const [name, { how }] of Object.entries(await readStarted(checkout))) {
      if (how === 'docker') await removeContainer(`${checkout.id}_${name}`)
    }
    const inUse = others.some((count) => count > 0)
    const gone = await step('files', (say) => removeHome(checkout, inUse, say))
    line('down', gone && !process.exitCode ? 'nothing is left' : 'stopped; what is left is said above')
  } else {
    line('down', 'data is kept; make up goes on with it')
  }
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
