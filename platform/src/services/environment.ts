import { join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { serviceRole } from '../infrastructure/postgres.ts'
import type { Ports } from '../ports.ts'
import type { Secrets } from '../secrets.ts'
import { consoleBuild } from './web-console.ts'

/** Where the infrastructure is, as `make up` found or made it. */
export interface Places {
  readonly postgres: { readonly host: string; readonly port: number; readonly database: string }
  readonly redisUrl: string
  readonly rabbitmqUrl: string
  readonly rabbitmqManagementUrl: string
}

interface Input {
  checkout: Checkout
  secrets: Secrets
  places: Places
  ports: Ports
  gatewayUrl: string
}

/** Of our own environment a child gets what a program needs to run, and nothing that happens to be exported. */
const inherited = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'USER',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'NODE_COMPILE_CACHE',
]

export function baseEnvironment({ id }: Checkout): Record<string, string> {
  const kept = inherited.flatMap((name) => (process.env[name] ? [[name, process.env[name]] as const] : []))
  // The marker by which `make down` finds every process of this platform.
  return { ...Object.fromEntries(kept), ALTA_PLATFORM: id, NODE_ENV: 'development' }
}

export type PortUse = 'app' | 'http' | 'grpc' | 'internal' | 'metrics' | 'live'

/** Name under which a port is remembered. @param replica its name: `ocr` for the first, `ocr-2` for the second */
export const portName = (replica: string, use: PortUse): string => `${replica}.${use}`

/** Port of the runner's own control interface. */
export const controlPort = 'runner.control'

const wideLimits = {
  GATEWAY_LIMIT_USER: '5000/s burst 10000',
  GATEWAY_LIMIT_ADDRESS: '5000/s burst 10000',
  GATEWAY_LIMIT_SIGN_IN: '100/s burst 500',
  GATEWAY_LIMIT_REFRESH: '100/s burst 500',
  GATEWAY_LIVE_PER_ADDRESS: '5000',
}

/** Settings that one service alone needs and that cannot have a default. */
function ownSettings(
  app: string,
  { checkout, secrets, places, ports, gatewayUrl }: Input,
  replica: string,
): Record<string, string> {
  if (app === 'identity') {
    return {
      IDENTITY_KEY_ENCRYPTION_KEY: secrets.get('identity', 'keyEncryptionKey'),
      IDENTITY_PUBLIC_URL: gatewayUrl,
      MAIL_TOKEN_KEY: secrets.get('identity', 'mailTokenKey'),
    }
  }
  if (app === 'gateway') {
    return {
      GATEWAY_PORT: String(ports['gateway.public']),
      GATEWAY_PUBLIC_URL: gatewayUrl,
      GATEWAY_CONSOLE_FOLDER: join(checkout.root, consoleBuild),
      GATEWAY_GRPC_PORT: String(ports['gateway.rpc']),
      GATEWAY_LIVE_URLS: `http://127.0.0.1:${ports['notifications.live']}`,
      LIVE_EDGE_KEY: secrets.get('gateway', 'liveEdgeKey'),
    }
  }
  if (app === 'events') {
    return {
      RABBITMQ_MANAGEMENT_URL: places.rabbitmqManagementUrl,
      AUDIT_SIGNING_KEY: secrets.get('events', 'auditSigningKey'),
      RUNNER_CONTROL_URL: `http://127.0.0.1:${ports[controlPort]}`,
      RUNNER_CONTROL_TOKEN: secrets.get('runner', 'controlToken'),
    }
  }
  if (app === 'notifications') {
    return {
      SMTP_CATCHER_PORT: String(ports['mail.smtp']),
      PUBLIC_URL: gatewayUrl,
      MAIL_TOKEN_KEY: secrets.get('identity', 'mailTokenKey'),
      LIVE_PORT: String(ports[portName(replica, 'live')]),
      LIVE_EDGE_KEY: secrets.get('gateway', 'liveEdgeKey'),
    }
  }
  return {}
}

/** What a service reads under our prefix; every other such name is the runner's own and may hold an administrator's password. */
const forServices: readonly string[] = ['ALTA_VERSION', 'ALTA_FAIL_POINTS']

const withoutRunnerSettings = (dotEnv: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(dotEnv).filter(([name]) => !name.startsWith('ALTA_') || forServices.includes(name)),
  )

/**
 * The environment of one service. Weakest first: what suits a laptop, then `.env`, then what makes the
 * service part of this platform and nothing else.
 * @param replica whose ports it gets
 */
export function serviceEnvironment(app: string, input: Input, replica = app): Record<string, string> {
  const { checkout, secrets, places, ports, gatewayUrl } = input
  const port = (use: PortUse): string => String(ports[portName(replica, use)])
  return {
    ...baseEnvironment(checkout),
    // PostgreSQL allows 100 connections by default; two checkouts with their eight services must fit.
    POSTGRES_POOL_SIZE: '6',
    // On a laptop everybody is one address, and its tests and benches sign in and call as hundreds of people do.
    ...(app === 'gateway' ? wideLimits : {}),
    ...withoutRunnerSettings(checkout.settings.dotEnv),
    ...ownSettings(app, input, replica),
    OTEL_SERVICE_NAME: app,
    ...(checkout.settings.OTEL_EXPORTER_OTLP_ENDPOINT
      ? { OTEL_EXPORTER_OTLP_ENDPOINT: checkout.settings.OTEL_EXPORTER_OTLP_ENDPOINT }
      : {}),
    APP_HOST: '127.0.0.1',
    APP_PORT: port('app'),
    DAPR_HTTP_PORT: port('http'),
    DAPR_GRPC_PORT: port('grpc'),
    DAPR_API_TOKEN: secrets.get(app, 'daprApiToken'),
    APP_API_TOKEN: secrets.get(app, 'appApiToken'),
    POSTGRES_HOST: places.postgres.host,
    POSTGRES_PORT: String(places.postgres.port),
    POSTGRES_DB: places.postgres.database,
    POSTGRES_USER: serviceRole(places.postgres.database, app),
    POSTGRES_PASSWORD: secrets.get(app, 'databasePassword'),
    REDIS_URL: places.redisUrl,
    REDIS_KEY_PREFIX: `${checkout.id}:`,
    RABBITMQ_URL: places.rabbitmqUrl,
    FILES_DIRECTORY: checkout.files,
    TOKEN_ISSUER: gatewayUrl,
    TOKEN_AUDIENCE: 'alta',
  }
}

/** The environment of one sidecar: no database, no files, only its tokens and where it belongs. */
export function sidecarEnvironment(
  app: string,
  { checkout, secrets }: Pick<Input, 'checkout' | 'secrets'>,
): Record<string, string> {
  return {
    ...baseEnvironment(checkout),
    // Part of name resolution and of the state store's keys: the same for all services of a platform.
    NAMESPACE: checkout.namespace,
    DAPR_HOST_IP: '127.0.0.1',
    DAPR_API_TOKEN: secrets.get(app, 'daprApiToken'),
    APP_API_TOKEN: secrets.get(app, 'appApiToken'),
  }
}
