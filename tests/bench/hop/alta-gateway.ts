import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { testConfig } from '@alta/kit/testing/config'
import { freePorts } from '@alta/kit/testing/daprd'
import type { Processes } from '../peers/processes.ts'

const folder = fileURLToPath(new URL('../../../services/gateway/', import.meta.url))

/** Limits that are counted in Redis as always, and that nobody reaches. */
const WIDE = '900000/s burst 900000'

/**
 * The gateway as it is deployed, in a process of its own: tracing loaded, log line and limits for every request.
 * @param sidecar whom it takes for its sidecar
 * @param appPort of its internal listener
 */
export async function startAltaGateway(
  processes: Processes,
  name: string,
  {
    sidecar,
    appPort,
    prefix,
  }: { sidecar: { port: number; token?: string }; appPort: number; prefix: string },
): Promise<number> {
  const [port = 0] = await freePorts(1)
  const environment = {
    GATEWAY_PORT: port,
    APP_PORT: appPort,
    DAPR_HTTP_PORT: sidecar.port,
    ...(sidecar.token ? { DAPR_API_TOKEN: sidecar.token } : {}),
    REDIS_URL: testConfig.TEST_REDIS_URL,
    REDIS_KEY_PREFIX: prefix,
    GATEWAY_LIMIT_ADDRESS: WIDE,
    GATEWAY_LIMIT_USER: WIDE,
    LIVE_EDGE_KEY: randomBytes(32).toString('hex'),
    LOG_LEVEL: 'info',
    OTEL_SERVICE_NAME: 'gateway',
    NODE_ENV: 'production',
  }
  const pairs = Object.entries(environment).map(([key, value]) => `${key}=${value}`)
  const node = [
    process.execPath,
    '--max-http-header-size=65536',
    '--import',
    '@alta/kit/telemetry/register',
    'src/main.ts',
  ]
  await processes.start(name, 'env', [...pairs, ...node], folder, {})
  return port
}
