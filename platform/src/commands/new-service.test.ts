import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testConfig } from '@alta/kit/testing/config'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { brokenCharts } from '../check/charts.ts'
import { checks } from '../check/checks.ts'
import { trackedFiles } from '../check/tracked.ts'
import { run } from '../system/run.ts'
import { toolFor } from '../tools/tools.fixture.ts'
import { newService } from './new-service.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
let scratch: string

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'alta-new-service-'))
  for (const file of await trackedFiles(root, [''])) {
    await mkdir(dirname(join(scratch, file)), { recursive: true })
    await cp(join(root, file), join(scratch, file))
  }
  // What the compiler knows of all the other files; without it types are checked from the beginning.
  const known = '.alta/types.tsbuildinfo'
  await mkdir(join(scratch, '.alta'))
  if (existsSync(join(root, known))) await cp(join(root, known), join(scratch, known))
  // Not into the checkout's, which would keep what lies under this name for ever.
  vi.stubEnv('NODE_COMPILE_CACHE', join(scratch, '.alta/compiled'))
  await run('git', ['init', '-q'], { cwd: scratch })
}, 60_000)
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(scratch, { recursive: true, force: true })
  await dropTestDatabases('invoices')
})

/** The new service's own tests leave a template and a role, as those of every service do to be faster next time. */
async function dropTestDatabases(name: string): Promise<void> {
  const client = new pg.Client({ connectionString: testConfig.TEST_POSTGRES_URL })
  await client.connect()
  const like = `alta_test_%${name}_%`
  const { rows } = await client.query('select datname from pg_database where datname like $1', [like])
  for (const { datname } of rows)
    await client.query(`drop database if exists ${pg.escapeIdentifier(datname)}`)
  await client.query(`drop role if exists ${pg.escapeIdentifier(`alta_test_${name}`)}`)
  await client.end()
}

/** Alerts are the same without it, and of the charts one environment under one Helm tells what it has changed. */
const notOfOneService = ['alerts', 'charts']

it('makes a service that passes every check and its own tests at once', { timeout: 900_000 }, async () => {
  await newService({ root: scratch }, 'invoices')
  for (const { name, work } of checks) {
    if (notOfOneService.includes(name)) continue
    expect(await work(scratch), `check ${name}`).toBe('')
  }
  const inCharts = await toolFor('charts of a new service', () => brokenCharts(scratch, 'production'))
  expect(inCharts ?? []).toEqual([])
  const tests = await run('pnpm', ['exec', 'vitest', 'run', 'services/invoices'], { cwd: scratch })
  expect(tests.code, tests.stdout.slice(-3000) + tests.stderr).toBe(0)
  expect(tests.stdout).toMatch(/6 passed/)
})
