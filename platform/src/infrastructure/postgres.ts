import pg from 'pg'
import type { Checkout } from '../checkout.ts'
import { type Say, StepFailed } from '../console/steps.ts'
import type { Secrets } from '../secrets.ts'
import { findSuperuser, postgresServer, type Superuser } from './postgres-server.ts'
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

  if (await rolesAreThere(ownerUrl, database, apps)) {
    say(`database ${database} on ${host}:${port}`)
  } else {
    const superuser = await findSuperuser(secrets, port, given)
    if (!superuser) {
      throw new StepFailed(
        `no way in as an administrator on ${host}:${port}`,
        'set ALTA_POSTGRES_ADMIN_URL=postgres://user:password@host:5432/postgres in .env',
      )
    }
    await makeRole(superuser, database, password, 'createrole createdb')
    for (const app of apps)
      await makeRole(superuser, serviceRole(database, app), secrets.get(app, 'databasePassword'), '')
    await makeDatabase(superuser, ownerUrl, database)
    for (const app of apps) await closeDatabase(superuser, database, serviceRole(database, app))
    say(`made database ${database} with a role per service on ${host}:${port}`)
  }
  return { host, port, database, ownerUrl }
}

async function serve(checkout: Checkout, secrets: Secrets, say: Say) {
  const running = await ensureServer(postgresServer(checkout, secrets), checkout, say)
  await secrets.save()
  return running
}

async function rolesAreThere(ownerUrl: string, database: string, apps: readonly string[]): Promise<boolean> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 3000 })
  try {
    await client.connect()
    const names = apps.map((app) => serviceRole(database, app))
    const { rows } = await client.query(
      'select count(*)::int as there from pg_roles where rolname = any($1)',
      [names],
    )
    return rows[0]?.there === names.length
  } catch {
    return false // the first `make up`: neither role nor database exist
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function makeRole(
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

async function makeDatabase(superuser: Superuser, ownerUrl: string, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  const exists = await client.connect().then(
    () => true,
    () => false,
  )
  await client.end().catch(() => undefined)
  if (exists) return
  // The machine's default may be SQL_ASCII (a chroot without a locale); texts here are French too.
  await superuser(
    `create database ${identifier(database)} owner ${identifier(database)}
     template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
  )
}

/** Only the platform's own roles may connect; nobody makes things in `public`. */
async function closeDatabase(superuser: Superuser, database: string, role: string): Promise<void> {
  await superuser(`revoke all on database ${identifier(database)} from public`)
  await superuser(`grant connect on database ${identifier(database)} to ${identifier(role)}`)
}

/** Drops the database and the roles of this platform. */
export async function dropDatabase(
  checkout: Checkout,
  secrets: Secrets,
  port: number,
  apps: readonly string[],
): Promise<void> {
  const superuser = await findSuperuser(secrets, port, checkout.settings.ALTA_POSTGRES_ADMIN_URL)
  if (!superuser)
    throw new StepFailed(`no way in as an administrator on port ${port}`, `dropdb ${checkout.id}`)
  await superuser(`drop database if exists ${identifier(checkout.id)} with (force)`)
  for (const role of [...apps.map((app) => serviceRole(checkout.id, app)), checkout.id]) {
    await superuser(`drop role if exists ${identifier(role)}`)
  }
}
