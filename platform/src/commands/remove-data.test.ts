import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testConfig } from '@alta/kit/testing/config'
import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Checkout, describeCheckout } from '../checkout.ts'
import { StepFailed } from '../console/steps.ts'
import { ensurePostgres } from '../infrastructure/postgres.ts'
import { openSecrets } from '../secrets.ts'
import { readSettings } from '../settings.ts'
import { removeData, removeHome } from './remove-data.ts'

let checkout: Checkout
let said: string[]
const say = (message: string) => void said.push(message)

beforeEach(async () => {
  said = []
  const root = await realpath(await mkdtemp(join(tmpdir(), 'alta-remove-')))
  checkout = describeCheckout(root, {
    ...readSettings(root),
    ALTA_INSTANCE: '',
    ALTA_POSTGRES_ADMIN_URL: testConfig.TEST_POSTGRES_URL,
    ALTA_REDIS_URL: testConfig.TEST_REDIS_URL,
    // Nobody answers there: a broker that only root may change would make these tests depend on who runs them.
    ALTA_RABBITMQ_URL: 'amqp://nobody@127.0.0.1:1',
    ALTA_RABBITMQ_MANAGEMENT_URL: 'http://127.0.0.1:1',
  })
  for (const folder of [checkout.logs, join(root, 'services')]) await mkdir(folder, { recursive: true })
})
afterEach(async () => {
  process.exitCode = 0
  await rm(checkout.root, { recursive: true, force: true })
})

async function databases(): Promise<number> {
  const client = new pg.Client({ connectionString: testConfig.TEST_POSTGRES_URL })
  await client.connect()
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [checkout.id])
  await client.end()
  return rowCount ?? 0
}

it.each([
  ['of a form that is not ours', '{"postgres": {}}'],
  ['cut off in its middle', '{"postgres": {"ho'],
])('drops the database although places.json is %s', async (_what, places) => {
  await ensurePostgres(checkout, await openSecrets(checkout), [], say)
  expect(await databases()).toBe(1)
  await writeFile(join(checkout.home, 'places.json'), places)
  await removeData(checkout, say)
  expect(await databases()).toBe(0)
  expect(said).toContainEqual(expect.stringMatching(/^places\.json cannot be read/))
  expect(said).toContain('removed database and roles')
  // What could not be removed is said too, and the command fails.
  expect(said).toContainEqual(expect.stringMatching(/^could not remove vhost and user/))
  expect(process.exitCode).toBe(1)
})

it('drops the database of a make up that ended before it wrote its places down', async () => {
  await ensurePostgres(checkout, await openSecrets(checkout), [], say)
  await removeData(checkout, say)
  expect(await databases()).toBe(0)
})

it('says that there is no data only where nothing was ever made', async () => {
  await removeData(checkout, say)
  expect(said).toEqual(['there is none'])
})

it('removes the home, and says so', async () => {
  expect(await removeHome(checkout, false, say)).toBe(true)
  expect(existsSync(checkout.home)).toBe(false)
  expect(said).toEqual([`removed ${checkout.home}`])
})

it('leaves other instances alone, and says that they are left', async () => {
  await mkdir(join(checkout.home, 'instances/other/logs'), { recursive: true })
  expect(await removeHome(checkout, false, say)).toBe(false)
  expect(existsSync(join(checkout.home, 'instances/other/logs'))).toBe(true)
  expect(existsSync(checkout.logs)).toBe(false)
  expect(said).toEqual([expect.stringContaining('other')])
})

it('does not say that it is removed when something is left in it', async () => {
  let writing = true
  const writer = (async () => {
    for (let number = 0; writing; number++) {
      await mkdir(join(checkout.home, `late-${number}`), { recursive: true })
    }
  })()
  const removed = await removeHome(checkout, false, say).catch((error: unknown) => error)
  writing = false
  await writer
  expect(removed).toBeInstanceOf(StepFailed)
  expect(said).toEqual([])
})
