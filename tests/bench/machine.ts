import { execFile } from 'node:child_process'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { promisify } from 'node:util'
import { testConfig } from '@alta/kit/testing/config'
import { Redis } from 'ioredis'
import pg from 'pg'
import { daprdVersion } from '../../platform/src/daprd/version.ts'

/** Above this, per machine, other work takes part of what is measured. */
const QUIET_LOAD = 0.7

/** What the figures belong to, one line a fact. */
export async function describeMachine(): Promise<string[]> {
  const load = loadavg()[0] ?? 0
  const memory = Math.round(totalmem() / 2 ** 30)
  const noise = load > QUIET_LOAD ? ': other work ran on the machine, so quote the ratios only' : ''
  return [
    `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${memory} GiB, Linux ${release()}`,
    `Node ${process.versions.node}, PostgreSQL ${await postgresVersion()}, RabbitMQ ${await rabbitmqVersion()}, Redis ${await redisVersion()}, daprd ${daprdVersion}`,
    `${new Date().toISOString().slice(0, 10)}; load before the run ${load.toFixed(2)}${noise}`,
  ]
}

async function postgresVersion(): Promise<string> {
  const client = new pg.Client({ connectionString: testConfig.TEST_POSTGRES_URL })
  await client.connect()
  const { rows } = await client.query<{ version: string; fsync: string; commit: string }>(
    `select split_part(version(), ' ', 2) as version, current_setting('fsync') as fsync,
            current_setting('synchronous_commit') as commit`,
  )
  await client.end()
  const { version = '?', fsync = '?', commit = '?' } = rows[0] ?? {}
  return `${version} (fsync ${fsync}, synchronous_commit ${commit})`
}

async function rabbitmqVersion(): Promise<string> {
  const { stdout } = await promisify(execFile)('rabbitmqctl', ['--quiet', 'version'])
  return stdout.trim().split('\n').at(-1) ?? '?'
}

async function redisVersion(): Promise<string> {
  const redis = new Redis(testConfig.TEST_REDIS_URL)
  const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? '?'
  const aof = /aof_enabled:(\d)/.exec(await redis.info('persistence'))?.[1] === '1'
  await redis.quit()
  return `${version} (append-only file ${aof ? 'on' : 'off'})`
}
