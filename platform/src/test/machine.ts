import type { Checkout } from '../checkout.ts'
import { line, type Say, StepFailed, step } from '../console/steps.ts'
import { ensureDaprd } from '../daprd/daprd.ts'
import { ensureChromium } from '../infrastructure/chromium.ts'
import { postgresServer } from '../infrastructure/postgres-server.ts'
import { dropTestRole, testPostgresUrl } from '../infrastructure/postgres-test-role.ts'
import { logsIn, rabbitmqServer } from '../infrastructure/rabbitmq.ts'
import { controlCommand } from '../infrastructure/rabbitmq-admin.ts'
import { redisServer } from '../infrastructure/redis.ts'
import { ensureServer, othersOn, type Running, type Server, stopServer } from '../infrastructure/server.ts'
import { ensureSpeech } from '../infrastructure/speech.ts'
import { readStarted } from '../infrastructure/started.ts'
import { ensurePrometheus } from '../observe/prometheus.ts'
import { openSecrets } from '../secrets.ts'
import { readState } from '../supervisor/state.ts'
import { accepts, until } from '../system/network.ts'

/** A machine on which tests can run, or what it lacks. */
export interface Machine {
  /** Where tests find the parts: the settings of services/shared/kit/src/testing/config.ts. */
  readonly environment: Readonly<Record<string, string>>
  /** What is not there and could not be brought, each with what to try. */
  readonly missing: readonly StepFailed[]
  /** False when a server is missing: no test could tell anything then. */
  readonly testable: boolean
  /** Stops the servers that were started for the tests, unless somebody else uses them by now; returns what failed. */
  release(): Promise<readonly StepFailed[]>
}

/**
 * Brings everything that tests need, with the steps of `make up`: what answers, else what is installed, else what
 * can be installed. A part that cannot be brought does not hold up the others.
 * @param interrupted asked before each part
 */
export async function prepareMachine(checkout: Checkout, interrupted: () => boolean): Promise<Machine> {
  const secrets = await openSecrets(checkout)
  const environment: Record<string, string> = {}
  const missing: StepFailed[] = []
  const started: { name: string; server: Server }[] = []
  let postgresPort: number | undefined

  async function part(name: string, work: (say: Say) => Promise<void>): Promise<void> {
    if (!interrupted()) missing.push(...(await faultsOf(name, work)))
  }

  async function serve(name: string, server: Server, say: Say): Promise<Running> {
    const previous = (await readStarted(checkout))[server.name]
    const ran = previous !== undefined && (await accepts(previous.port))
    try {
      return await ensureServer(server, checkout, say)
    } finally {
      if (!ran && (await readStarted(checkout))[server.name]) started.unshift({ name, server })
    }
  }

  await part('PostgreSQL', async (say) => {
    const given = process.env.TEST_POSTGRES_URL || checkout.settings.ALTA_POSTGRES_ADMIN_URL
    if (given) {
      environment.TEST_POSTGRES_URL = await answering(given, 5432, say)
      return
    }
    const { port } = await serve('PostgreSQL', postgresServer(checkout, secrets), say)
    postgresPort = port
    await secrets.save()
    environment.TEST_POSTGRES_URL = await testPostgresUrl(checkout, secrets, port)
  })
  await part('Redis', async (say) => {
    const given = process.env.TEST_REDIS_URL || checkout.settings.ALTA_REDIS_URL
    environment.TEST_REDIS_URL = given
      ? await answering(given, 6379, say)
      : `redis://127.0.0.1:${(await serve('Redis', redisServer, say)).port}`
  })
  await part('RabbitMQ', async (say) => {
    const given = process.env.TEST_RABBITMQ_URL
    if (given) {
      environment.TEST_RABBITMQ_URL = await answering(given, 5672, say)
      return
    }
    // Tests cut connections and limit queues: the management API is not enough for them.
    const server: Server = {
      ...rabbitmqServer(checkout),
      usable: async (port, how) => Boolean(await controlCommand(checkout, port, how)),
    }
    const { port, how } = await serve('RabbitMQ', server, say)
    const url = `amqp://guest:guest@127.0.0.1:${port}`
    if (!(await logsIn(url))) {
      throw new StepFailed(
        `its user guest cannot log in on port ${port}`,
        'TEST_RABBITMQ_URL=amqp://user:password@127.0.0.1:5672 make test',
      )
    }
    environment.TEST_RABBITMQ_URL = url
    environment.TEST_RABBITMQCTL = JSON.stringify(await controlCommand(checkout, port, how))
  })
  const testable = missing.length === 0
  await part('speech', async (say) => {
    if (await ensureSpeech(checkout, say)) return
    throw new StepFailed(
      'pocketsphinx or ffmpeg is missing and cannot be installed from here',
      'sudo apt-get install pocketsphinx pocketsphinx-en-us ffmpeg',
    )
  })
  await part('Chromium', async (say) => {
    environment.TEST_CHROMIUM = process.env.TEST_CHROMIUM || (await ensureChromium(checkout, say))
  })
  // Minutes of building, for nothing when no test can run.
  if (testable) {
    await part('daprd', async (say) => {
      environment.TEST_DAPRD = process.env.TEST_DAPRD || (await ensureDaprd(checkout, say))
    })
  }

  return {
    environment,
    missing,
    testable,
    async release() {
      const port = postgresPort
      const faults = port ? await faultsOf('PostgreSQL', () => dropTestRole(checkout, secrets, port)) : []
      for (const { name, server } of started) {
        faults.push(...(await faultsOf(name, (say) => stopUnlessUsed(server, checkout, say))))
      }
      return faults
    },
  }
}

/** Brings what checks want and `make check` does not install by itself. @returns what could not be brought */
export const prepareChecks = (checkout: Checkout): Promise<StepFailed[]> =>
  // Its promtool tries the alerts.
  faultsOf('Prometheus', async (say) => {
    say(await ensurePrometheus(checkout, say))
  })

/** Runs a step that may fail without holding up the next one. */
async function faultsOf(name: string, work: (say: Say) => Promise<void>): Promise<StepFailed[]> {
  try {
    await step(name, work)
    return []
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error
    line(name, `✗ ${error.why}; try: ${error.attempt}`)
    return [error]
  }
}

async function answering(url: string, defaultPort: number, say: Say): Promise<string> {
  const { hostname, port } = new URL(url)
  const place = `${hostname}:${port || defaultPort}`
  if (!(await accepts(Number(port || defaultPort), hostname))) {
    throw new StepFailed(
      `nothing answers on ${place}, where the settings say it is`,
      'start it, or unset its address',
    )
  }
  say(`uses ${place}, as the settings say`)
  return url
}

async function stopUnlessUsed(server: Server, checkout: Checkout, say: Say): Promise<void> {
  if (await readState(checkout.home)) return say('left running: the platform of this checkout uses it')
  let others = 0
  // Connections of tests that were ended a moment ago are still closing.
  await until(
    async () => {
      others = await othersOn(server, checkout)
      return others === 0
    },
    5000,
    500,
  )
  await stopServer(server, checkout, others, say)
}
