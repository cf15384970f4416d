import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BreakablePostgres, startPostgres } from '../../faults/support/servers.ts'
import { type MonitoredBroker, startMonitoredBroker } from './broker.ts'
import { type Redis, startRedis } from './redis.ts'

/** What a platform rests on, and the settings by which the runner takes these instead of the machine's. */
export interface Servers {
  readonly postgres: BreakablePostgres
  readonly broker: MonitoredBroker
  readonly redis: Redis
  readonly environment: Readonly<Record<string, string>>
}

/**
 * @param opened gets everything that has to be put away before it is started: it may fail, or be interrupted, halfway
 * @param settings of the services, as they would stand in `.env`
 * @param postgresSettings `-c` options
 */
export async function startServers(
  opened: AsyncDisposableStack,
  settings: Readonly<Record<string, string>> = {},
  postgresSettings: readonly string[] = [],
): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), 'alta-drill-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const postgres = await startPostgres(opened, postgresSettings)
  const broker = await startMonitoredBroker(opened)
  const redis = await startRedis(opened)
  const file = join(folder, 'env')
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
  await writeFile(file, lines.join(''))
  return {
    postgres,
    broker,
    redis,
    environment: {
      ALTA_ENV_FILE: file,
      ALTA_POSTGRES_ADMIN_URL: postgres.url(),
      ALTA_RABBITMQ_URL: broker.broker.url,
      ALTA_RABBITMQ_MANAGEMENT_URL: broker.managementUrl,
      ALTA_REDIS_URL: redis.url,
    },
  }
}
