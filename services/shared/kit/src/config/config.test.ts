import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, expectTypeOf, test } from 'vitest'
import {
  brokerEnvironment,
  bytes,
  databaseEnvironment,
  describeFaults,
  filesEnvironment,
  flag,
  fraction,
  integer,
  oneOf,
  parseConfig,
  redisEnvironment,
  seconds,
  secret,
  serviceEnvironment,
  text,
  url,
} from '../config.ts'
import { exampleSection } from './example.ts'

const fields = {
  CLAIM_TTL_SECONDS: seconds({ default: 900, min: 60, max: 86_400 }).describe('How long a claim holds.'),
  UPLOAD_BYTES: bytes({ default: 2 ** 20 }).describe('Largest upload.'),
  SHARE: fraction({ default: 0.5, min: 0, max: 1 }),
  WORKERS: integer({ min: 1 }),
  VERBOSE: flag({ default: false }),
  ENGINE: oneOf(['local', 'google'], { default: 'local' }),
  ENDPOINT: url().optional(),
  NAME: text({ pattern: /^[a-z]+$/, expected: 'a lower-case word' }),
  SIGNING_KEY: secret({ minimumLength: 8 }),
}
const good = { WORKERS: '4', NAME: 'alta', SIGNING_KEY: '12345678' }

test('values come typed, with defaults where nothing is set', () => {
  const { config } = parseConfig(fields, {
    ...good,
    UPLOAD_BYTES: '2MiB',
    VERBOSE: '1',
    CLAIM_TTL_SECONDS: '',
  })
  if (!config) throw new Error('not read')
  expectTypeOf(config.CLAIM_TTL_SECONDS).toEqualTypeOf<number>()
  expectTypeOf(config.ENGINE).toEqualTypeOf<'local' | 'google'>()
  expectTypeOf(config.ENDPOINT).toEqualTypeOf<string | undefined>()
  expect(config).toEqual({
    CLAIM_TTL_SECONDS: 900,
    UPLOAD_BYTES: 2_097_152,
    SHARE: 0.5,
    WORKERS: 4,
    VERBOSE: true,
    ENGINE: 'local',
    NAME: 'alta',
    SIGNING_KEY: '12345678',
  })
})

test('every fault is told at once: name, what was expected, what was found; secrets never', () => {
  const { faults } = parseConfig(fields, {
    CLAIM_TTL_SECONDS: '5',
    UPLOAD_BYTES: '3 apples',
    WORKERS: '1.5',
    VERBOSE: 'maybe',
    ENGINE: 'aws',
    ENDPOINT: 'amqp://user:hunter2@host',
    SIGNING_KEY: 'hunter2',
  })
  const message = describeFaults('services/ocr/src/config.ts', faults ?? [])
  expect(message).toMatchInlineSnapshot(`
    "8 settings are wrong:
      CLAIM_TTL_SECONDS  expected a whole number of seconds from 60 to 86400; found "5"
      UPLOAD_BYTES       expected a size such as 1048576 or 1MiB; found "3 apples"
      WORKERS            expected a whole number of at least 1; found "1.5"
      VERBOSE            expected true or false; found "maybe"
      ENGINE             expected one of local, google; found "aws"
      ENDPOINT           expected a URL starting with http:// or https://; found something else (not shown)
      NAME               expected a lower-case word; found nothing
      SIGNING_KEY        expected a secret of at least 8 characters; found something else (not shown)
    Each setting is described in services/ocr/src/config.ts.
    "
  `)
  expect(message).not.toContain('hunter2')
})

test('a service with wrong settings prints them and exits with 1', async () => {
  const file = new URL('../config.ts', import.meta.url).pathname
  const script = `
    const { readConfig, port, text } = await import(${JSON.stringify(file)})
    readConfig('services/x/src/config.ts', { APP_PORT: port(), NAME: text() })
    console.log('must not come here')`
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: { APP_PORT: '99999' },
  })
  await expect(run).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/2 settings are wrong/),
  })
})

test('numbers are numbers and nothing else', () => {
  for (const value of ['0x10', '1e3', ' 5', '5s', 'NaN', 'Infinity', '--5', '9'.repeat(30)]) {
    expect(parseConfig({ N: integer() }, { N: value }).faults, value).toHaveLength(1)
  }
})

test('the shared groups need only what cannot be guessed', () => {
  const shared = {
    ...serviceEnvironment,
    ...databaseEnvironment,
    ...brokerEnvironment,
    ...redisEnvironment,
    ...filesEnvironment,
  }
  const { config, faults } = parseConfig(shared, {
    APP_PORT: '3001',
    POSTGRES_USER: 'documents',
    RABBITMQ_URL: 'amqp://guest:guest@127.0.0.1:5672/alta',
  })
  expect(faults).toBeUndefined()
  expect(config).toMatchObject({
    APP_HOST: '127.0.0.1',
    OUTBOX_BATCH_SIZE: 100,
    OUTBOX_PROCESSING_INTERVAL: 5,
    OUTBOX_MAX_RETRIES: 3,
    OUTBOX_RETRY_DELAY: 60,
    TOKEN_ISSUER: 'https://alta.local',
    FILES_S3_BUCKET: undefined,
  })
  expect(parseConfig(shared, {}).faults?.map(({ name }) => name)).toEqual([
    'APP_PORT',
    'POSTGRES_USER',
    'RABBITMQ_URL',
  ])
})

test('the example names each field, what it takes and its default', () => {
  const { CLAIM_TTL_SECONDS, WORKERS, SIGNING_KEY } = fields
  expect(exampleSection('ocr', { CLAIM_TTL_SECONDS, WORKERS, SIGNING_KEY })).toMatchInlineSnapshot(`
    "## ocr

    # How long a claim holds. A whole number of seconds from 60 to 86400.
    # CLAIM_TTL_SECONDS=900

    # A whole number of at least 1. Required.
    WORKERS=

    # A secret of at least 8 characters. Required.
    SIGNING_KEY=
    "
  `)
})
