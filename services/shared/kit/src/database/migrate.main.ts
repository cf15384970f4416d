// Brings one service's schema up to date: what the Job of charts/service runs before each release, with an image of
// that release and as the owner of the database. The environment says which service; ends with 1 when it fails.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { databaseEnvironment, readConfig, secret, text } from '../config.ts'
import { log } from '../telemetry/log.ts'
import { migrateService } from './migrate.ts'

const { POSTGRES_HOST, POSTGRES_PORT, POSTGRES_DB } = databaseEnvironment

const config = readConfig('services/shared/kit/src/database/migrate.main.ts', {
  POSTGRES_HOST,
  POSTGRES_PORT,
  POSTGRES_DB,
  POSTGRES_OWNER: text().describe('Role that owns the database; never the service’s own.'),
  POSTGRES_OWNER_PASSWORD: secret()
    .optional()
    .describe('Password of the owner. Empty where the server trusts it.'),
  APP_ID: text({ pattern: /^[a-z][a-z0-9-]*$/ }).describe('The service; its schema has the same name.'),
  MIGRATIONS_FOLDER: text().describe('The service’s src/database/migrations/.'),
  SERVICE_ROLE: text().describe('Login role of the service, which must exist.'),
})

const server = new URL('postgres://localhost')
// As a parameter it may be the directory of a socket too.
server.searchParams.set('host', config.POSTGRES_HOST)
server.port = String(config.POSTGRES_PORT)
server.pathname = `/${config.POSTGRES_DB}`
server.username = config.POSTGRES_OWNER
server.password = config.POSTGRES_OWNER_PASSWORD ?? ''

try {
  const applied = await migrateService({
    connectionString: server.href,
    appId: config.APP_ID,
    folder: pathToFileURL(`${resolve(config.MIGRATIONS_FOLDER)}/`),
    role: config.SERVICE_ROLE,
  })
  log.info({ applied }, applied.length > 0 ? 'migrated' : 'the schema is up to date')
} catch (error) {
  log.error({ err: error }, 'not migrated')
  process.exitCode = 1
}
