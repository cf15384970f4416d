import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testConfig } from '@alta/kit/testing/config'
import { freePorts } from '@alta/kit/testing/daprd'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Checkout, describeCheckout } from '../checkout.ts'
import { readStarted } from '../infrastructure/started.ts'
import { readSettings } from '../settings.ts'
import { prepareMachine } from './machine.ts'

let checkout: Checkout
beforeEach(async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'alta-machine-')))
  checkout = describeCheckout(root, { ...readSettings(root), ALTA_INSTANCE: '' })
  await mkdir(checkout.logs, { recursive: true })
  // Named, so that nothing is started or built for these tests.
  for (const name of ['TEST_POSTGRES_URL', 'TEST_REDIS_URL', 'TEST_RABBITMQ_URL'] as const) {
    vi.stubEnv(name, testConfig[name])
  }
  vi.stubEnv('TEST_DAPRD', '/somewhere/daprd')
  vi.spyOn(console, 'log').mockReturnValue(undefined)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await rm(checkout.root, { recursive: true, force: true })
})

const uninterrupted = () => false

it('tells tests where the parts are, and has nothing to stop where it started nothing', async () => {
  const { environment, missing, testable, release } = await prepareMachine(checkout, uninterrupted)
  expect({ missing, testable }).toEqual({ missing: [], testable: true })
  expect(environment).toEqual({
    TEST_POSTGRES_URL: testConfig.TEST_POSTGRES_URL,
    TEST_REDIS_URL: testConfig.TEST_REDIS_URL,
    TEST_CHROMIUM: testConfig.TEST_CHROMIUM,
    TEST_RABBITMQ_URL: testConfig.TEST_RABBITMQ_URL,
    TEST_DAPRD: '/somewhere/daprd',
  })
  expect(await release()).toEqual([])
  expect(await readStarted(checkout)).toEqual({})
})

it('says of a server that is not there what to try, looks for the others, and has no test run', async () => {
  const [port] = await freePorts(1)
  vi.stubEnv('TEST_REDIS_URL', `redis://127.0.0.1:${port}`)
  const { environment, missing, testable } = await prepareMachine(checkout, uninterrupted)
  expect(testable).toBe(false)
  expect(missing).toEqual([
    expect.objectContaining({
      why: expect.stringContaining(`Redis: nothing answers on 127.0.0.1:${port}`),
      attempt: expect.stringMatching(/\w/),
    }),
  ])
  expect(environment).toMatchObject({ TEST_RABBITMQ_URL: testConfig.TEST_RABBITMQ_URL })
})

it('brings nothing more once it was interrupted', async () => {
  expect((await prepareMachine(checkout, () => true)).environment).toEqual({})
})
