import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'
import { connect, type Database } from '../database/database.ts'
import { migrateService } from '../database/migrate.ts'
import { testConfig } from './config.ts'

const kitMigrations = new URL('../database/migrations/', import.meta.url)
/** Any 64-bit number, the same for all test processes: makes them create templates and roles one after another. */
const TEMPLATE_LOCK = 7_241_120_091
/** Another checkout with other migrations may be tested at the same time: its templates are not ours to drop. */
const TEMPLATE_UNUSED_HOURS = 24

export interface TestDatabase<Schema> {
  database: Database<Schema>
  /** What a service would read from its environment to reach this database. */
  settings: DatabaseSettings
  /** A pool as the database's owner: sees all tenants and may change tables. */
  admin: pg.Pool
  /** Closes the pools and drops the database. */
  close(): Promise<void>
}

type DatabaseSettings = Parameters<typeof connect>[1]

/**
 * A database of its own for one test file, cloned from a template that is migrated once for each state of
 * the migrations. Tests connect with a role that has the service's rights and no more, so that
 * row-level security holds in tests as it does outside.
 * @param folder the service's `database/migrations/`
 * @throws when no PostgreSQL answers at TEST_POSTGRES_URL
 */
export async function createTestDatabase<Schema>(appId: string, folder: URL): Promise<TestDatabase<Schema>> {
  const server = new URL(testConfig.TEST_POSTGRES_URL)
  const role = `alta_test_${appId}`.replaceAll('-', '_')
  const password = 'only-for-tests'
  const name = `alta_test_${appId}_${randomBytes(6).toString('hex')}`.replaceAll('-', '_')
  await cloneTemplate(name, { appId, folder, role, password })
  const adminUrl = urlOf(name)
  const settings: DatabaseSettings = {
    POSTGRES_HOST: server.hostname,
    POSTGRES_PORT: Number(server.port || 5432),
    POSTGRES_DB: name,
    POSTGRES_USER: role,
    POSTGRES_PASSWORD: password,
    POSTGRES_POOL_SIZE: 10,
  }
  const admin = new pg.Pool({ connectionString: adminUrl, max: 3, options: `-c search_path="${appId}"` })
  // Dropping the database below ends connections that a failed test has left; that is not an error here.
  admin.on('error', () => undefined)
  const database = connect<Schema>(appId, settings)
  return {
    database,
    settings,
    admin,
    async close() {
      await database.close()
      await admin.end()
      await asAdmin((client) => client.query(`drop database if exists ${name} with (force)`))
    },
  }
}

interface Template {
  appId: string
  folder: URL
  role: string
  password: string
}

/** Makes the template where there is none for these migrations, and the database from it. */
async function cloneTemplate(name: string, { appId, folder, role, password }: Template): Promise<void> {
  const state = createHash('sha256')
    .update(await textOf(kitMigrations))
    .update(await textOf(folder))
    .digest('hex')
  const prefix = `alta_test_template_${appId}_`.replaceAll('-', '_')
  const template = prefix + state.slice(0, 12)
  await asAdmin(async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK])
    try {
      const { rows } = await client.query<{ datname: string; used: string | null }>(
        `select datname, shobj_description(oid, 'pg_database') as used from pg_database where datname like $1`,
        [`${prefix.replaceAll('_', '\\_')}%`],
      )
      for (const { datname, used } of rows) {
        const unused = Date.now() - Date.parse(used ?? '1970-01-01')
        if (datname !== template && unused > TEMPLATE_UNUSED_HOURS * 3_600_000) {
          await client.query(`drop database if exists ${datname} with (force)`)
        }
      }
      const roles = await client.query('select 1 from pg_roles where rolname = $1', [role])
      if (roles.rows.length === 0) await client.query(`create role ${role} login password '${password}'`)
      if (!rows.some(({ datname }) => datname === template)) {
        const unfinished = `${template}_unfinished`
        await client.query(`drop database if exists ${unfinished} with (force)`)
        await client.query(`create database ${unfinished}`)
        await migrateService({ connectionString: urlOf(unfinished), appId, folder, role })
        await client.query(`alter database ${unfinished} rename to ${template}`)
      }
      await client.query(`comment on database ${template} is '${new Date().toISOString()}'`)
      await client.query(`create database ${name} template ${template}`)
    } finally {
      await client.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK])
    }
  })
}

async function textOf(folder: URL): Promise<string> {
  const files = (await readdir(folder)).sort()
  return (await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))).join('\n')
}

function urlOf(database: string): string {
  const url = new URL(testConfig.TEST_POSTGRES_URL)
  url.pathname = `/${database}`
  return url.href
}

async function asAdmin<Result>(use: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: testConfig.TEST_POSTGRES_URL })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
