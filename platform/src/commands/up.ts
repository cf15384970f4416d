import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Checkout } from '../checkout.ts'
import { line, type Say, StepFailed, step } from '../console/steps.ts'
import { sampleEmail, samplePassword } from '../samples/account.ts'
import { administratorEmail, openAdministrator } from '../samples/administrator.ts'
import { Api } from '../samples/api.ts'
import { runSamples } from '../samples/run.ts'
import { openSecrets, type Secrets } from '../secrets.ts'
import { discoverServices, newestSource } from '../services/discover.ts'
import { ensureConsole } from '../services/web-console.ts'
import { settingsDigest } from '../settings.ts'
import { readPlaces, writePlaces } from '../supervisor/places.ts'
import { type ProcessState, readState, type SupervisorState } from '../supervisor/state.ts'
import { waitForClaim } from '../system/mutex.ts'
import { until } from '../system/network.ts'
import { isAlive, processesOf } from '../system/processes.ts'
import { stopServices } from './down.ts'
import { ensureInfrastructure } from './infrastructure.ts'
import { tail } from './logs.ts'

export interface UpOptions {
  /** Push samples/ through afterwards. */
  samples: boolean
  /** Restart services when their source changes. */
  watch: boolean
}

// Also for a supervisor that takes over from another, service by service.
const readyLimit = 300_000

/** Brings the platform up and leaves it running; returns its state when every process is ready. */
export async function up(checkout: Checkout, options: UpOptions): Promise<SupervisorState> {
  const turn = await waitForClaim(`up-${checkout.id}`, () =>
    line('waiting', 'another make up of this checkout is running'),
  )
  try {
    const apps = await discoverServices(checkout.root)
    console.log(`Alta in ${checkout.root} (${checkout.id})`)
    const running = await continueRunning(checkout, apps)
    await step('web console', (say) => ensureConsole(checkout, say))
    const secrets = await openSecrets(checkout)
    await writePlaces(checkout.home, await ensureInfrastructure(checkout, secrets, apps))
    if (!running) await step('supervisor', (say) => startSupervisor(checkout, options.watch, say))
    const state = await step('services', (say) => waitUntilReady(checkout, say))
    if (options.samples) await pushSamples(checkout, secrets, state)
    printAddresses(state, checkout, options.samples ? secrets : undefined)
    return state
  } finally {
    turn.release()
  }
}

/** The running platform if it is one of this source; an older one is stopped, so that `make up` never shows stale code. */
async function continueRunning(
  checkout: Checkout,
  apps: readonly string[],
): Promise<SupervisorState | undefined> {
  const running = await readState(checkout.home)
  if (!running) return undefined
  const services = running.processes.filter(({ kind }) => kind === 'service').map(({ service }) => service)
  const sameServices = services.join() === apps.join()
  const changed = running.watching ? 0 : await newestSource(checkout.root)
  const sameSettings = running.settings === settingsDigest(checkout.settings)
  if (sameServices && sameSettings && changed < Date.parse(running.startedAt)) {
    line('already up', `since ${running.startedAt}; checking it again`)
    return running
  }
  const what = sameServices ? (sameSettings ? 'the source' : '.env') : 'the list of services'
  line('already up', `since ${running.startedAt}, but ${what} has changed; starting it anew`)
  await stopServices(checkout)
  return undefined
}

async function startSupervisor(checkout: Checkout, watch: boolean, say: Say): Promise<void> {
  const left = await processesOf(checkout.id)
  if (left.length > 0) {
    say(
      `${left.length} processes of an earlier supervisor run still; the new one replaces them service by service`,
    )
  }
  const log = join(checkout.logs, 'supervisor.log')
  const output = openSync(log, 'a', 0o600)
  const main = fileURLToPath(new URL('../supervisor/main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, ...(watch ? ['--watch'] : [])], {
    cwd: checkout.home,
    stdio: ['ignore', output, output],
    detached: true,
  })
  child.unref()
  const { pid } = child
  const began = await until(
    async () => Boolean(await readState(checkout.home)) || !pid || !isAlive(pid),
    40_000,
  )
  if (!began || !(await readState(checkout.home))) {
    throw new StepFailed(`it ended at once:\n${await tail(log, 8)}`, `less ${log}`)
  }
  say(`started as process ${pid}, log .alta/logs/supervisor.log`)
}

async function waitUntilReady(checkout: Checkout, say: Say): Promise<SupervisorState> {
  const told = new Set<string>()
  const began = Date.now()
  let current: SupervisorState | undefined
  const ready = await until(
    async () => {
      current = await readState(checkout.home)
      if (!current) return true
      const { processes } = current
      // A wrong setting ends a service at every start; the last line of its log says which one.
      if (processes.some(givesUp)) return true
      if (told.size === 0 && processes.every((one) => one.ready)) {
        say(`all ${processes.length} processes are ready`)
        return true
      }
      for (const { name, ready: isReady } of processes) {
        if (!isReady || told.has(name)) continue
        told.add(name)
        say(
          `${name} is ready (${told.size} of ${processes.length}, ${((Date.now() - began) / 1000).toFixed(0)} s)`,
        )
      }
      return processes.every((one) => one.ready)
    },
    readyLimit,
    300,
  )
  if (!current) throw new StepFailed('the supervisor has ended', 'make logs s=supervisor')
  if (ready && !current.processes.some(givesUp)) return current
  const waiting = current.processes.filter((one) => !one.ready)
  const first = (waiting.find(givesUp) ?? waiting[0])?.name ?? 'supervisor'
  const names = waiting.map(({ name, lastEnd }) => (lastEnd ? `${name} (${lastEnd})` : name)).join(', ')
  const last = await tail(join(checkout.logs, `${first}.log`), 3, 400)
  throw new StepFailed(
    `not ready after ${Math.round((Date.now() - began) / 1000)} s: ${names}\nlast lines of ${first}:\n${last}`,
    `make logs s=${first}`,
  )
}

/** Services wait for what they need; one that ends again and again will not be mended by waiting. */
const givesUp = ({ kind, ready, restarts, lastEnd }: ProcessState): boolean =>
  kind === 'service' && !ready && restarts >= 3 && lastEnd === 'exit 1'

function printAddresses(
  { addresses, gatewayUrl }: SupervisorState,
  { settings }: Checkout,
  secrets: Secrets | undefined,
): void {
  console.log('\nAlta runs in the background:')
  if (Number(new URL(gatewayUrl).port) !== settings.ALTA_GATEWAY_PORT) {
    line('port', `${settings.ALTA_GATEWAY_PORT} was taken by something else`)
  }
  for (const [name, address] of Object.entries(addresses)) line(name, address)
  if (secrets) {
    line('sign in', `${sampleEmail} with ${samplePassword(secrets)}`)
    line('administer', `${administratorEmail} with the same password`)
  }
  line('next', 'make status · make logs s=ocr · make down')
}

async function pushSamples(
  checkout: Checkout,
  secrets: Secrets,
  { gatewayUrl }: SupervisorState,
): Promise<void> {
  const asExpected = await step('samples', (say) => runSamples({ checkout, secrets, gatewayUrl, say }))
  if (!asExpected) process.exitCode = 1
  const { postgres } = await readPlaces(checkout.home)
  if (!(await openAdministrator(new Api(gatewayUrl), secrets, postgres.ownerUrl)))
    line('administrator', `${administratorEmail} is somebody else's here and was left alone`)
}
