import { createHash } from 'node:crypto'
import pg from 'pg'
import type { Checkout } from '../checkout.ts'
import { type Say, StepFailed } from '../console/steps.ts'
import type { Secrets } from '../secrets.ts'
import {
  cannotConnect,
  findSuperuser,
  isRefusedLogin,
  postgresServer,
  type Superuser,
  whyNotIn,
} from './postgres-server.ts'
import { ensureServer } from './server.ts'

export interface PostgresPlace {
  readonly host: string
  readonly port: number
  readonly database: string
  /** Connection of the database's owner, who runs the migrations and owns every schema. */
  readonly ownerUrl: string
}

/** Login role of one service; it owns nothing and reaches only its own schema. */
export const serviceRole = (database: string, app: string): string =>
  `${database}_${app.replaceAll('-', '_')}`

/** Login role of tests, where the machine's superuser has no address: see postgres-test-role.ts. */
export const testRole = ({ id }: Pick<Checkout, 'id'>): string => `${id}_test`

const identifier = (name: string): string => pg.escapeIdentifier(name)
const literal = (text: string): string => pg.escapeLiteral(text)

/** Finds or starts PostgreSQL and makes this platform's database, its owner and a role per service. */
export async function ensurePostgres(
  checkout: Checkout,
  secrets: Secrets,
  apps: readonly string[],
  say: Say,
): Promise<PostgresPlace> {
  const given = checkout.settings.ALTA_POSTGRES_ADMIN_URL
  const address = given ? new URL(given) : undefined
  const host = address?.hostname ?? '127.0.0.1'
  const port = address ? Number(address.port || 5432) : (await serve(checkout, secrets, say)).port
  const database = checkout.id
  const password = secrets.get('postgres', 'ownerPassword')
  const ownerUrl = `postgres://${database}:${password}@${host}:${port}/${database}`

  const mark = markOf(password)
  const found = await look(ownerUrl, database, apps, mark)
  if (found.ours && found.complete) {
    say(`database ${database} on ${host}:${port}`)
  } else {
    const superuser = await findSuperuser(secrets, port, given)
    if (!superuser && given) throw await whyNotIn(given)
    if (!superuser) {
      throw new StepFailed(
        `no way in as an administrator on ${host}:${port}`,
        'set ALTA_POSTGRES_ADMIN_URL=postgres://user:password@host:5432/postgres in .env',
      )
    }
    // Before anything is made with them: a password that is lost locks us out of what it opened.
    for (const app of apps) secrets.get(app, 'databasePassword')
    await secrets.save()
    if (!found.ours) await setAside(superuser, database, say)
    await makeRole(superuser, database, password, 'createrole createdb')
    for (const app of apps) {
      await makeRole(superuser, serviceRole(database, app), secrets.get(app, 'databasePassword'), '')
    }
    if (!found.ours) await makeDatabase(superuser, database, mark)
    for (const app of apps) await openTo(superuser, database, serviceRole(database, app))
    say(`made database ${database} with a role per service on ${host}:${port}`)
  }
  return { host, port, database, ownerUrl }
}

async function serve(checkout: Checkout, secrets: Secrets, say: Say) {
  const running = await ensureServer(postgresServer(checkout, secrets), checkout, say)
  await secrets.save()
  return running
}

/** Ties a database to the secrets that were made with it, also on a server that asks for no password. */
const markOf = (password: string): string =>
  `alta ${createHash('sha256').update(password).digest('hex').slice(0, 16)}`

/** Whether the database is there and belongs to these secrets, and whether every service has its role. */
async function look(
  ownerUrl: string,
  database: string,
  apps: readonly string[],
  mark: string,
): Promise<{ ours: boolean; complete: boolean }> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 3000 })
  try {
    await client.connect()
    const { rows } = await client.query(
      `select shobj_description(oid, 'pg_database') as mark,
         (select count(*)::int from pg_roles where rolname = any($2)) as roles
       from pg_database where datname = $1`,
      [database, apps.map((app) => serviceRole(database, app))],
    )
    return { ours: rows[0]?.mark === mark, complete: rows[0]?.roles === apps.length }
  } catch (error) {
    // No such role or database yet, or another password. Anything else says nothing about whose database it is:
    // to go on would set our own aside because its server was busy for a moment.
    if (!isRefusedLogin(error) && !isNoDatabase(error)) {
      throw cannotConnect(new URL(ownerUrl).host, error)
    }
    return { ours: false, complete: false }
  } finally {
    await client.end().catch(() => undefined) // what was asked is answered; a broken connection needs no end
  }
}

const isNoDatabase = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '3D000'

/** Makes the role, or gives an older one of this name the same abilities and password. */
export async function makeRole(
  superuser: Superuser,
  name: string,
  password: string,
  abilities: string,
): Promise<void> {
  const role = identifier(name)
  await superuser(`do $$ begin
    if not exists (select from pg_roles where rolname = ${literal(name)}) then create role ${role}; end if;
  end $$;
  alter role ${role} login ${abilities} password ${literal(password)};`)
}

/**
 * Renames a database that these secrets did not make: it is left over from a checkout at this path whose
 * `.alta/` is gone, and the files and keys that belong to its rows went with it.
 */
async function setAside(superuser: Superuser, database: string, say: Say): Promise<void> {
  const exists = await superuser(`select 1 from pg_database where datname = ${literal(database)}`)
  if (exists === '') return
  const aside = `${database}_old_${Date.now().toString(36)}`
  await superuser(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = ${literal(database)}`,
  )
  await superuser(`alter database ${identifier(database)} rename to ${identifier(aside)}`)
  say(`a database of an earlier checkout at this path is kept as ${aside}; drop it when you like`)
}

async function makeDatabase(superuser: Superuser, database: string, mark: string): Promise<void> {
  const name = identifier(database)
  // The machine's default may be SQL_ASCII (a chroot without a locale); texts here are French too.
  await superuser(
    `create database ${name} owner ${name}
     template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
  )
  await superuser(
    `revoke all on database ${name} from public; comment on database ${name} is ${literal(mark)}`,
  )
}

/** Only the platform's own roles may connect. */
async function openTo(superuser: Superuser, database: string, role: string): Promise<void> {
  await superuser(`grant connect on database ${identifier(database)} to ${identifier(role)}`)
}

/** Drops the database and the roles of this platform, and databases set aside under its name. */
export async function dropDatabase(
  checkout: Checkout,
  secrets: Secrets,
  port: number,
  apps: readonly string[],
): Promise<void> {
  const superuser = await findSuperuser(secrets, port, checkout.settings.ALTA_POSTGRES_ADMIN_URL)
  if (!superuser)
    throw new StepFailed(`no way in as an administrator on port ${port}`, `dropdb ${checkout.id}`)
  // With what was set aside: it hangs on the same roles.
  const all = await superuser(
    `select string_agg(datname, ' ') from pg_database where datname ~ ${literal(`^${checkout.id}(_old_[a-z0-9]+)?$`)}`,
  )
  for (const name of all.split(' ').filter(Boolean)) {
    await superuser(`drop database if exists ${identifier(name)} with (force)`)
  }
  const roles = apps.map((app) => serviceRole(checkout.id, app))
  for (const role of [...roles, checkout.id, testRole(checkout)]) {
    await superuser(`drop role if exists ${identifier(role)}`)
  }
}
