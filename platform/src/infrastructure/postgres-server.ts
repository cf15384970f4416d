import { existsSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { Checkout } from '../checkout.ts'
import { reason, StepFailed } from '../console/steps.ts'
import type { Secrets } from '../secrets.ts'
import { canBeRoot, runAsRoot } from '../system/privilege.ts'
import { run } from '../system/run.ts'
import type { Server } from './server.ts'

/** Runs SQL as a superuser, in the database `postgres`; returns the first value of its result, or ''. */
export type Superuser = (sql: string) => Promise<string>

const debian = '/usr/lib/postgresql'

/** Highest installed major version, as Debian lays it out. */
export function installedVersion(): string | undefined {
  if (!existsSync(debian)) return undefined
  const versions = readdirSync(debian).filter((name) => existsSync(join(debian, name, 'bin/postgres')))
  return versions.sort((a, b) => Number(b) - Number(a))[0]
}

const binary = (name: string): string => join(debian, installedVersion() ?? '', 'bin', name)

async function connects(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 })
  client.on('error', () => undefined) // a connection cut later: the query below reports it
  try {
    await client.connect()
    const { rows } = await client.query(
      'select rolsuper or (rolcreaterole and rolcreatedb) as able from pg_roles where rolname = current_user',
    )
    return rows[0]?.able === true
  } catch {
    return false // no password, no such role, not started: each means this is not the way in
  } finally {
    await client.end().catch(() => undefined) // what was asked is answered; a broken connection needs no end
  }
}

/** PostgreSQL's own words for a login that it refuses: wrong password, no such role, not in pg_hba.conf. */
const refusedLogin = new Set(['28P01', '28000'])

/** True for an answer that only a running server gives to an address it does not let in. */
export const isRefusedLogin = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && refusedLogin.has(String(error.code))

/** For every failure that says nothing about who may log in: the server is away, starting or full. */
export const cannotConnect = (host: string, error: unknown): StepFailed =>
  new StepFailed(
    `PostgreSQL on ${host} cannot be reached: ${reason(error)}`,
    'start it, or correct ALTA_POSTGRES_ADMIN_URL in .env',
    error,
  )

/** Why an address is no way in for an administrator, for a person who has to do something about it. */
export async function whyNotIn(url: string): Promise<StepFailed> {
  const { host, username } = new URL(url)
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 })
  client.on('error', () => undefined) // what matters of it is told by the connect below
  const asFollows = 'ALTA_POSTGRES_ADMIN_URL=postgres://user:password@host:5432/postgres in .env'
  try {
    await client.connect()
    return new StepFailed(
      `the role ${username} on ${host} may not create roles and databases`,
      `alter role ${username} createrole createdb; or set ${asFollows}`,
    )
  } catch (error) {
    if (isRefusedLogin(error)) {
      return new StepFailed(`${host} refuses the login of ${username} (${reason(error)})`, `set ${asFollows}`)
    }
    return cannotConnect(host, error)
  } finally {
    await client.end().catch(() => undefined) // what was asked is answered; a broken connection needs no end
  }
}

const byUrl =
  (connectionString: string): Superuser =>
  async (sql) => {
    const client = new pg.Client({ connectionString })
    await client.connect()
    try {
      // Several statements in one text give several results.
      const results = [await client.query({ text: sql, rowMode: 'array' })].flat()
      return String(results[0]?.rows[0]?.[0] ?? '')
    } finally {
      await client.end()
    }
  }

/** Over the Unix socket as the operating system's user `postgres`: Debian's own arrangement. */
const bySocket =
  (port: number): Superuser =>
  async (sql) => {
    const args = ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-p', String(port), '-d', 'postgres']
    const result = await runAsRoot('psql', args, { input: sql, user: 'postgres', cwd: '/' })
    if (result.code !== 0) throw new Error(`psql as postgres: ${result.stderr.trim()}`)
    return result.stdout.split('\n')[0] ?? ''
  }

const ownUrl = (secrets: Secrets, port: number): string =>
  `postgres://postgres:${secrets.get('postgres', 'superuserPassword')}@127.0.0.1:${port}/postgres`

/** The first address of a superuser that works on this port; undefined when each asks for another password. */
export async function superuserUrl(
  secrets: Secrets,
  port: number,
  given: string,
): Promise<string | undefined> {
  const user = encodeURIComponent(process.env.USER ?? 'postgres')
  const urls = given
    ? [given]
    : [
        `postgres://postgres@127.0.0.1:${port}/postgres`,
        ownUrl(secrets, port),
        `postgres://${user}@127.0.0.1:${port}/postgres`,
      ]
  for (const url of urls) if (await connects(url)) return url
  return undefined
}

/** The first way in as a superuser that works on this port. */
export async function findSuperuser(
  secrets: Secrets,
  port: number,
  given: string,
): Promise<Superuser | undefined> {
  const url = await superuserUrl(secrets, port, given)
  if (url) return byUrl(url)
  if (given || !(await canBeRoot())) return undefined
  const socket = bySocket(port)
  return socket('select 1').then(
    () => socket,
    () => undefined,
  )
}

/** PostgreSQL as the runner finds, starts and stops it. */
export function postgresServer(checkout: Checkout, secrets: Secrets): Server {
  const data = join(checkout.home, 'postgres')
  const cluster = async (verb: 'start' | 'stop'): Promise<void> => {
    const mode = verb === 'stop' ? ['-m', 'fast'] : []
    // Without systemd (containers, chroots) the redirect to systemctl would fail.
    const args = ['--skip-systemctl-redirect', installedVersion() ?? '', 'main', verb, ...mode]
    const result = await runAsRoot('pg_ctlcluster', args, { log: join(checkout.logs, 'postgres.log') })
    if (result.code !== 0)
      throw new StepFailed(
        `pg_ctlcluster ${verb}: ${result.stderr.trim()}`,
        `sudo pg_ctlcluster ${args.slice(1).join(' ')}`,
      )
  }
  const own = async (args: string[]): Promise<void> => {
    const result = await run(binary('pg_ctl'), ['-D', data, '-w', ...args])
    if (result.code !== 0)
      throw new StepFailed(
        `pg_ctl ${args.at(-1)}: ${result.stderr.trim()}`,
        `look into ${checkout.logs}/postgres.log`,
      )
  }
  return {
    name: 'postgres',
    defaultPort: 5432,
    packages: ['postgresql'],
    installed: async () => installedVersion() !== undefined,
    usable: async (port) => Boolean(await findSuperuser(secrets, port, '')),
    startSystem: () => cluster('start'),
    stopSystem: () => cluster('stop'),
    async startOwn(_checkout, port) {
      if (!existsSync(join(data, 'PG_VERSION'))) {
        const passwordFile = join(checkout.home, 'postgres.password')
        await writeFile(passwordFile, secrets.get('postgres', 'superuserPassword'), { mode: 0o600 })
        const options = ['-U', 'postgres', '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C.UTF-8']
        const made = await run(binary('initdb'), ['-D', data, `--pwfile=${passwordFile}`, ...options])
        if (made.code !== 0) throw new StepFailed(`initdb: ${made.stderr.trim()}`, `rm -r ${data}`)
      }
      // No Unix socket: its path may not exceed 107 bytes, and a checkout's may.
      const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200`
      await own(['-o', settings, '-l', join(checkout.logs, 'postgres.log'), 'start'])
    },
    stopOwn: () => own(['-m', 'fast', 'stop']),
    async foreignClients(port) {
      // Asked of the server itself: other databases' sessions are somebody else's.
      const superuser = await findSuperuser(secrets, port, '')
      if (!superuser) throw new StepFailed(`no way in as an administrator on port ${port}`, 'pg_lsclusters')
      const others = await superuser(
        `select count(*) from pg_stat_activity
         where datname is not null and datname <> ${pg.escapeLiteral(checkout.id)} and pid <> pg_backend_pid()`,
      )
      return Number(others)
    },
    container: {
      image: 'postgres:15',
      environment: () => ({ POSTGRES_PASSWORD: secrets.get('postgres', 'superuserPassword') }),
    },
  }
}
