import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sidecarArguments } from '../../../../../platform/src/daprd/command.ts'
import { localConfiguration } from '../../../../../platform/src/daprd/configuration.ts'
import { daprdVersion } from '../../../../../platform/src/daprd/version.ts'
import { subscriptionComponents } from '../../../../../platform/src/generate/components.ts'
import { readSettings } from '../../../../../platform/src/settings.ts'
import { isFree } from '../../../../../platform/src/system/network.ts'
import { run, which } from '../../../../../platform/src/system/run.ts'
import { testConfig } from './config.ts'
import { eventually } from './wait.ts'

const root = fileURLToPath(new URL('../../../../../', import.meta.url))

export interface DaprdOptions {
  appId: string
  appPort: number
  /** APP_API_TOKEN: what daprd shows to the app. */
  appToken: string
  rabbitmqUrl: string
  /** What the app subscribes to: one component each, as `make generate` writes it. */
  topics?: readonly string[]
  /** Further components, as YAML. `secretKeyRef` finds `rabbitmq` / `connectionString`. */
  components?: readonly string[]
  namespace?: string
  /** The file in which sidecars find each other; one of its own, so that it finds nobody, unless told. */
  names?: string
}

export interface Daprd {
  readonly url: string
  /** Goes into the header `dapr-api-token` of every call to it. */
  readonly apiToken: string
  readonly pid: number
  /** SIGKILL; back when the process is gone. */
  kill(): Promise<void>
  /** Starts it again after `kill`, on the same ports; back when outgoing calls work. */
  start(): Promise<void>
  /** Last lines of its log, for the message of a failed test. */
  log(): Promise<string>
  /** SIGTERM, SIGKILL after 10 s; removes its files. */
  stop(): Promise<void>
}

/**
 * A real sidecar with the arguments, resiliency and subscription components of a running platform.
 * It calls the app at once for its subscriptions, so the app listens first.
 * @throws {Error} when there is no daprd of the right version, or it ends before it is ready; with its last log lines
 */
export async function startDaprd(options: DaprdOptions): Promise<Daprd> {
  const command = await findDaprd()
  const folder = await mkdtemp(join(tmpdir(), 'alta-daprd-'))
  const configuration = await writeFiles(folder, options)
  const [http = 0, grpc = 0, internal = 0, metrics = 0] = await freePorts(4)
  const apiToken = randomBytes(16).toString('hex')
  const url = `http://127.0.0.1:${http}`
  const logFile = join(folder, 'daprd.log')
  const { appId, appPort } = options
  const ports = { http, grpc, internal, metrics }
  let child: ChildProcess | undefined

  const log = async () => (await readFile(logFile, 'utf8')).split('\n').slice(-30).join('\n')

  async function start(): Promise<void> {
    const output = await open(logFile, 'a')
    const started = spawn(command, sidecarArguments({ appId, appPort, ports, root: folder, configuration }), {
      cwd: folder,
      stdio: ['ignore', output.fd, output.fd],
      env: {
        NAMESPACE: options.namespace ?? 'alta-test',
        DAPR_HOST_IP: '127.0.0.1',
        DAPR_API_TOKEN: apiToken,
        APP_API_TOKEN: options.appToken,
      },
    })
    await output.close()
    child = started
    await eventually('daprd is ready for outgoing calls', async () => {
      if (hasEnded(started)) return true
      return (await fetch(`${url}/v1.0/healthz/outbound`)).ok
    })
    if (hasEnded(started)) throw new Error(`daprd ended with ${started.exitCode}:\n${await log()}`)
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child
    if (!ending || hasEnded(ending)) return
    const gone = new Promise((resolve) => ending.once('exit', resolve))
    ending.kill(signal)
    const force = setTimeout(() => ending.kill('SIGKILL'), 10_000)
    await gone
    clearTimeout(force)
  }

  async function stop(): Promise<void> {
    await end('SIGTERM')
    await rm(folder, { recursive: true, force: true })
  }

  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url,
    apiToken,
    get pid() {
      return child?.pid ?? 0
    },
    kill: () => end('SIGKILL'),
    start,
    log,
    stop,
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null

/** Lays the files out as a checkout does, since the platform's own arguments name them. Returns the configuration. */
async function writeFiles(folder: string, options: DaprdOptions): Promise<string> {
  const { appId, topics = [], components = [] } = options
  await mkdir(join(folder, 'dapr/components/generated'), { recursive: true })
  for (const shared of ['resiliency', 'secretstores/local']) {
    await cp(join(root, 'dapr', shared), join(folder, 'dapr', shared), { recursive: true })
  }
  const subscriptions = topics.map((topic) => ({ app: appId, topic, slow: false }))
  const generated = join(folder, 'dapr/components/generated/subscriptions.yaml')
  if (topics.length > 0) await writeFile(generated, subscriptionComponents(subscriptions))
  for (const [index, text] of components.entries()) {
    await writeFile(join(folder, `dapr/components/component-${index}.yaml`), text)
  }
  const secrets = JSON.stringify({ rabbitmq: { connectionString: options.rabbitmqUrl } })
  await writeFile(join(folder, 'secrets.json'), secrets, { mode: 0o600 })
  const template = await readFile(join(root, 'dapr/configuration/local.yaml'), 'utf8')
  const configuration = join(folder, 'config.yaml')
  await writeFile(configuration, localConfiguration(template, options.names ?? join(folder, 'names.db'), ''))
  return configuration
}

/** Where `make up` finds or puts it; tests do not build it. */
async function findDaprd(): Promise<string> {
  const cached = join(readSettings(root).cache, `daprd-${daprdVersion}/daprd`)
  const places = testConfig.TEST_DAPRD
    ? [testConfig.TEST_DAPRD]
    : [await which('daprd'), join(homedir(), '.dapr/bin/daprd'), cached]
  for (const place of places) {
    if (!place || !existsSync(place)) continue
    if ((await run(place, ['--version'])).stdout.trim() === daprdVersion) return place
  }
  throw new Error(
    `no daprd ${daprdVersion} at TEST_DAPRD, on PATH or in ${cached}; make test and make up build it`,
  )
}

/** Below Linux's ephemeral range, so that an outgoing connection cannot take one before daprd does. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>()
  while (found.size < count) {
    const port = randomInt(22_000, 32_000)
    if (await isFree(port)) found.add(port)
  }
  return [...found]
}
