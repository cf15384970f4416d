import type { z } from 'zod'
import { failPoints } from '../fail-points.ts'
import { flag, integer, oneOf, port, seconds, secret, text, url } from './fields.ts'

/** What every service reads. */
export const serviceEnvironment = {
  APP_PORT: port().describe('Port of this service. Only its sidecar calls it.'),
  APP_HOST: text({ default: '127.0.0.1' }).describe('Address to listen on.'),
  DAPR_HTTP_PORT: port({ default: 3500 }).describe('HTTP port of this service’s sidecar.'),
  DAPR_GRPC_PORT: port({ default: 50001 }).describe('gRPC port of this service’s sidecar.'),
  DAPR_API_TOKEN: secret().optional().describe('Shown to the sidecar on every call to it.'),
  APP_API_TOKEN: secret({ minimumLength: 16 })
    .optional()
    .describe(
      'What the sidecar must show on every call to this service. Empty: nobody but health checks gets in.',
    ),
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
  }).describe('The least serious line that is written.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url().optional().describe('Where traces go (OTLP over HTTP). Empty: nowhere.'),
  SHUTDOWN_SECONDS: seconds({ default: 20, min: 1, max: 300 }).describe(
    'How long requests and events in flight may take to finish after SIGTERM.',
  ),
  TOKEN_ISSUER: text({ default: 'https://alta.local' }).describe('The "iss" that access tokens must carry.'),
  TOKEN_AUDIENCE: text({ default: 'alta' }).describe('The "aud" that access tokens must carry.'),
  ALTA_VERSION: text({ default: 'development' }).describe('Of this release; shown beside each replica.'),
  ALTA_FAIL_POINTS: failPoints()
    .optional()
    .describe('Where a test ends this process. A service that is not under test refuses to start with it.'),
}

export const databaseEnvironment = {
  POSTGRES_HOST: text({ default: '127.0.0.1' }).describe(
    'PostgreSQL server: a name, an address or a socket directory.',
  ),
  POSTGRES_PORT: port({ default: 5432 }).describe('Port of PostgreSQL.'),
  POSTGRES_DB: text({ default: 'alta' }).describe('Database; each service has its own schema in it.'),
  POSTGRES_USER: text().describe('Login role of this service: it may touch its own schema only.'),
  POSTGRES_PASSWORD: secret()
    .optional()
    .describe('Password of the role. Empty where the server trusts the role.'),
  POSTGRES_POOL_SIZE: integer({ default: 10, min: 2, max: 200 }).describe(
    'Most connections this process opens.',
  ),
}

export const brokerEnvironment = {
  RABBITMQ_URL: url({ protocols: ['amqp', 'amqps'] }).describe('The broker, with user, password and vhost.'),
  OUTBOX_TRANSPORT: oneOf(['amqp', 'dapr'], { default: 'amqp' }).describe(
    'How events leave: `amqp` speaks to RabbitMQ and takes its confirms for proof; `dapr` publishes through the sidecar, for other brokers, and asks every subscriber for a receipt.',
  ),
  OUTBOX_BATCH_SIZE: integer({ default: 100, min: 1, max: 10_000 }).describe(
    'Events claimed and published at once.',
  ),
  OUTBOX_PROCESSING_INTERVAL: seconds({ default: 5, min: 1, max: 3600 }).describe(
    'Seconds between looks for events that were not published straight after their commit.',
  ),
  OUTBOX_MAX_RETRIES: integer({ default: 3, min: 0, max: 100 }).describe(
    'Further attempts before an event is FAILED and waits for a person.',
  ),
  OUTBOX_RETRY_DELAY: seconds({ default: 60, min: 1, max: 86_400 }).describe(
    'Seconds before the first further attempt; doubled for each one after it.',
  ),
  OUTBOX_RETENTION_SECONDS: seconds({ default: 86_400, min: 60, max: 31_536_000 }).describe(
    'Seconds that published events stay in the outbox to be looked at.',
  ),
  OUTBOX_REPUBLISH_SECONDS: seconds({ default: 3_600, min: 0, max: 31_536_000 }).describe(
    'When a queue was lost, events of its topics that were published within so many seconds are published again; at most those still in the outbox.',
  ),
  INBOX_MAX_RETRIES: integer({ default: 8, min: 0, max: 100 }).describe(
    'Further attempts at handling an event before it becomes a dead letter: with the delay below, 8 take nine minutes.',
  ),
  INBOX_RETRY_DELAY: seconds({ default: 2, min: 1, max: 86_400 }).describe(
    'Seconds before the first further attempt at an event; doubled for each one after it, at most five minutes.',
  ),
  INBOX_HANDLER_SECONDS: seconds({ default: 30, min: 1, max: 300 }).describe(
    'Most seconds that a handler may take in its transaction; then it is rolled back and the message parked.',
  ),
  INBOX_RETENTION_SECONDS: seconds({ default: 1_209_600, min: 3_600, max: 31_536_000 }).describe(
    'Seconds that handled events are remembered. Must exceed the longest time after which one may be delivered again.',
  ),
  TOPOLOGY_FILE: text({ default: '' }).describe(
    'Generated list of exchanges and queues. Empty: the one of this checkout.',
  ),
}

export const redisEnvironment = {
  REDIS_URL: url({ default: 'redis://127.0.0.1:6379', protocols: ['redis', 'rediss'] }).describe(
    'Redis, with user and password when it has them.',
  ),
  REDIS_KEY_PREFIX: text({ default: 'alta:' }).describe(
    'In front of every key, so that two Altas can share a Redis.',
  ),
}

export const filesEnvironment = {
  FILES_DIRECTORY: text({ default: '.alta/files' }).describe('Where files are kept when no bucket is set.'),
  FILES_S3_BUCKET: text().optional().describe('Bucket for files. Empty: the local disk.'),
  FILES_S3_REGION: text({ default: 'us-east-1' }).describe('Region of the bucket.'),
  FILES_S3_ENDPOINT: url().optional().describe('An S3-compatible server. Empty: AWS.'),
  FILES_S3_ACCESS_KEY_ID: text().optional().describe('Empty: the identity of the machine or pod.'),
  FILES_S3_SECRET_ACCESS_KEY: secret().optional().describe('Belongs to the access key.'),
  FILES_S3_PATH_STYLE: flag({ default: true }).describe(
    'Bucket in the path instead of the host name: what most S3-compatible servers need.',
  ),
}

/** For services that can hand work to Google Cloud. */
export const googleEnvironment = {
  GCS_PROJECT_ID: text().optional().describe('Google Cloud project. Needed by the google engines.'),
  GCS_BUCKET_NAME: text()
    .optional()
    .describe(
      'Bucket where files too long to be sent at once wait for Google: PDFs of more than 90 pages, recordings of more than a minute. Wants a lifecycle rule of some days. Empty: they are sent in parts.',
    ),
  GOOGLE_APPLICATION_CREDENTIALS: text()
    .optional()
    .describe('Key file of the service account. Empty: the identity of the machine or pod.'),
}

/** The values that a group of fields gives. */
export type ConfigOf<Fields extends Readonly<Record<string, z.ZodType>>> = {
  readonly [Name in keyof Fields]: z.output<Fields[Name]>
}

export type ServiceConfig = ConfigOf<typeof serviceEnvironment>
export type DatabaseConfig = ConfigOf<typeof databaseEnvironment>
export type BrokerConfig = ConfigOf<typeof brokerEnvironment>
export type RedisConfig = ConfigOf<typeof redisEnvironment>
export type FilesConfig = ConfigOf<typeof filesEnvironment>
