import { randomBytes } from 'node:crypto'
import { chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePorts } from '@alta/kit/testing/daprd'
import { eventually } from '@alta/kit/testing/wait'
import { connect } from 'amqplib'
import pg from 'pg'
import { installedVersion } from '../../../platform/src/infrastructure/postgres-server.ts'
import { ownEnvironment } from '../../../platform/src/infrastructure/rabbitmq-admin.ts'
import { signal } from '../../../platform/src/system/processes.ts'
import { type RunResult, run } from '../../../platform/src/system/run.ts'

const isRoot = process.getuid?.() === 0

/** A server of the suite's own, on a port and in a folder of its own: it may be broken in every way. */
export interface BreakableServer {
  readonly port: number
  readonly folder: string
  start(): Promise<void>
  /** As an operator would. */
  stop(): Promise<void>
  /** SIGKILL of its main process. */
  kill(): Promise<void>
}

/** PostgreSQL and RabbitMQ refuse root; as root they run as the users that Debian made for them. */
const as = (user: string, command: string, args: readonly string[], env: Record<string, string> = {}) =>
  isRoot ? run('runuser', ['-u', user, '--', command, ...args], { env }) : run(command, args, { env })

async function must(result: Promise<RunResult>, what: string): Promise<string> {
  const { code, stdout, stderr } = await result
  if (code !== 0) throw new Error(`${what}: ${(stderr || stdout).trim().slice(-800)}`)
  return stdout
}

async function folderFor(user: string, name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `alta-faults-${name}-`))
  if (isRoot) {
    const id = async (flag: string) => Number(await must(run('id', [flag, user]), `id ${user}`))
    await chown(folder, await id('-u'), await id('-g'))
  }
  return folder
}

export interface BreakablePostgres extends BreakableServer {
  /** Of a superuser, in the given database. */
  url(database?: string): string
  /** `pg_ctl stop -m immediate`: as a crash, without a checkpoint. */
  stopAtOnce(): Promise<void>
  readonly data: string
  /** Runs a program of this PostgreSQL's version as the user that owns its files. */
  program(name: string, args: readonly string[]): Promise<string>
}

/**
 * @param opened gets what puts it away before it is started: it may fail to come up, and run all the same
 * @param settings `-c` options, as `archive_mode=on`
 */
export async function startPostgres(
  opened: AsyncDisposableStack,
  settings: readonly string[] = [],
): Promise<BreakablePostgres> {
  const version = installedVersion()
  if (!version) throw new Error('PostgreSQL is not installed; make up installs it')
  const folder = await folderFor('postgres', 'postgres')
  const data = join(folder, 'data')
  const [port = 0] = await freePorts(1)
  const program = (name: string, args: readonly string[]) =>
    must(as('postgres', `/usr/lib/postgresql/${version}/bin/${name}`, args), name)
  const control = (...args: string[]) => program('pg_ctl', ['-D', data, '-w', ...args])
  const options = [
    'max_connections=200',
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    ...settings,
  ]
  const start = async () => {
    const given = [`-p ${port}`, ...options.map((option) => `-c ${option}`)].join(' ')
    await control('-t', '60', '-o', given, '-l', join(folder, 'log'), 'start')
  }
  opened.defer(async () => {
    await control('-m', 'immediate', 'stop').catch(() => undefined) // a fault may have ended it already
    // Of the fault that gives it a small disk.
    await run('umount', [join(folder, 'small')])
    await rm(folder, { recursive: true, force: true })
  })
  await program('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'])
  await start()
  return {
    port,
    folder,
    data,
    program,
    url: (database = 'postgres') => `postgres://postgres@127.0.0.1:${port}/${database}`,
    start,
    stop: async () => void (await control('-m', 'fast', 'stop')),
    stopAtOnce: async () => void (await control('-m', 'immediate', 'stop')),
    async kill() {
      const [pid] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')
      signal(Number(pid), 'SIGKILL')
      // Its children end by themselves when they notice; a new postmaster refuses to start beside them.
      await delay(1_000)
    },
  }
}

export interface BreakableBroker extends BreakableServer {
  readonly url: string
  rabbitmqctl(...words: string[]): Promise<string>
}

/** @param opened as for PostgreSQL */
export async function startBroker(opened: AsyncDisposableStack): Promise<BreakableBroker> {
  const folder = await folderFor('rabbitmq', 'rabbitmq')
  // The distribution port is the port plus 20,000 (see ownEnvironment).
  const [port = 0] = await freePorts(1)
  const id = `alta_faults_${randomBytes(4).toString('hex')}`
  const pidFile = join(folder, 'pid')
  const env = {
    ...ownEnvironment({ id, home: folder, logs: folder }, port),
    RABBITMQ_PID_FILE: pidFile,
  }
  const program = (name: string, args: readonly string[]) =>
    as('rabbitmq', `/usr/lib/rabbitmq/bin/${name}`, args, env)
  const url = `amqp://guest:guest@127.0.0.1:${port}`
  const start = async () => {
    await must(program('rabbitmq-server', ['-detached']), 'rabbitmq-server')
    await eventually(
      'the broker answers',
      async () => {
        const connection = await connect(url, { timeout: 2_000 })
        await connection.close()
        return true
      },
      90,
    )
  }
  const pid = async () => Number((await readFile(pidFile, 'utf8')).trim())
  opened.defer(async () => {
    const process = await pid().catch(() => 0) // it has never come so far as to write it
    // 0 would be this process and all of its group.
    if (process) signal(process, 'SIGKILL')
    await delay(500)
    await rm(folder, { recursive: true, force: true })
  })
  if (isRoot) {
    await mkdir(join(folder, 'rabbitmq'))
    await must(run('chown', ['-R', 'rabbitmq', folder]), 'chown')
  } else await mkdir(join(folder, 'rabbitmq'))
  await start()
  const isGone = async (process: number) =>
    eventually('the broker is gone', async () => (await run('kill', ['-0', String(process)])).code !== 0, 60)
  return {
    port,
    folder,
    url,
    rabbitmqctl: (...words) => must(program('rabbitmqctl', ['-q', ...words]), `rabbitmqctl ${words[0]}`),
    start,
    async stop() {
      const process = await pid()
      await must(program('rabbitmqctl', ['shutdown']), 'rabbitmqctl shutdown')
      await isGone(process)
    },
    async kill() {
      const process = await pid()
      signal(process, 'SIGKILL')
      await isGone(process)
    },
  }
}

/** A pool as superuser. It outlives the server's crashes: what is in flight then fails, and nothing else. */
export function adminPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 3, connectionTimeoutMillis: 3_000 })
  pool.on('error', () => undefined)
  return pool
}
