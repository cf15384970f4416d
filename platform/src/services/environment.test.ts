import { expect, it } from 'vitest'
import { describeCheckout } from '../checkout.ts'
import type { Settings } from '../settings.ts'
import { serviceEnvironment, sidecarEnvironment } from './environment.ts'

const settings: Settings = {
  ALTA_INSTANCE: 'test',
  ALTA_GATEWAY_PORT: 8080,
  ALTA_POSTGRES_ADMIN_URL: '',
  ALTA_REDIS_URL: '',
  ALTA_RABBITMQ_URL: '',
  ALTA_RABBITMQ_MANAGEMENT_URL: '',
  OTEL_EXPORTER_OTLP_ENDPOINT: '',
  ALTA_ENV_FILE: '.env',
  XDG_CACHE_HOME: '',
  cache: '/cache',
  dotEnv: { LOG_LEVEL: 'debug', POSTGRES_USER: 'somebody', GCS_BUCKET_NAME: 'scans' },
}
const checkout = describeCheckout('/somewhere/alta', settings)
const secrets = {
  get: (group: string, key: string) => `${group}-${key}`,
  set: () => undefined,
  save: async () => undefined,
}
const input = {
  checkout,
  secrets,
  places: {
    postgres: { host: '127.0.0.1', port: 5432, database: checkout.id },
    redisUrl: 'redis://127.0.0.1:6379',
    rabbitmqUrl: 'amqp://127.0.0.1',
    rabbitmqManagementUrl: '',
  },
  ports: { 'ocr.app': 1, 'ocr.http': 2, 'ocr.grpc': 3 },
  gatewayUrl: 'http://localhost:8080',
}

it('names what a platform owns after the path of its checkout and its instance', () => {
  expect(checkout.id).toMatch(/^alta_[0-9a-f]{8}_test$/)
  expect(checkout.home).toBe('/somewhere/alta/.alta/instances/test')
  expect(describeCheckout('/elsewhere/alta', settings).id).not.toBe(checkout.id)
})

it('lets .env add settings, but not move a service out of its platform', () => {
  const environment = serviceEnvironment('ocr', input)
  expect(environment).toMatchObject({ LOG_LEVEL: 'debug', GCS_BUCKET_NAME: 'scans', APP_PORT: '1' })
  expect(environment.POSTGRES_USER).toBe(`${checkout.id}_ocr`)
})

it('keeps the runner’s own settings from the services: they may hold an administrator’s password', () => {
  const dotEnv = {
    ALTA_POSTGRES_ADMIN_URL: 'postgres://postgres:superuser@db:5432/postgres',
    ALTA_RABBITMQ_URL: 'amqp://admin:superuser@broker:5672',
    ALTA_RABBITMQ_MANAGEMENT_URL: 'http://admin:superuser@broker:15672',
    ALTA_FAIL_POINTS: 'relay.after-claim',
  }
  const given = { ...input, checkout: describeCheckout('/somewhere/alta', { ...settings, dotEnv }) }
  for (const app of ['gateway', 'identity', 'events', 'ocr']) {
    const environment = serviceEnvironment(app, given)
    expect(JSON.stringify(environment)).not.toContain('superuser')
    expect(environment.ALTA_FAIL_POINTS).toBe('relay.after-claim')
  }
  expect(JSON.stringify(sidecarEnvironment('ocr', given))).not.toContain('superuser')
})

it('gives events both its signing key and its way to the runner', () => {
  expect(serviceEnvironment('events', { ...input, ports: { 'runner.control': 4 } })).toMatchObject({
    AUDIT_SIGNING_KEY: 'events-auditSigningKey',
    RUNNER_CONTROL_URL: 'http://127.0.0.1:4',
    RUNNER_CONTROL_TOKEN: 'runner-controlToken',
  })
})

it('gives a service its own password and tokens only', () => {
  const values = Object.values(serviceEnvironment('ocr', input)).join('\n')
  expect(values).toContain('ocr-databasePassword')
  expect(values).not.toContain('identity-')
})

it('gives a sidecar no way to the database', () => {
  const environment = sidecarEnvironment('ocr', input)
  expect(Object.keys(environment).filter((name) => name.startsWith('POSTGRES'))).toEqual([])
  expect(environment.NAMESPACE).toBe(checkout.namespace)
})

it('does not pass on what happens to be exported in the shell', () => {
  process.env.AWS_SECRET_ACCESS_KEY = 'mine'
  expect(serviceEnvironment('ocr', input)).not.toHaveProperty('AWS_SECRET_ACCESS_KEY')
  delete process.env.AWS_SECRET_ACCESS_KEY
})
