import { eventually } from '@alta/kit/testing/wait'
import pg from 'pg'
import { type Checkout, instanceOf, openCheckout } from '../../platform/src/checkout.ts'
import { serviceRole } from '../../platform/src/infrastructure/postgres.ts'
import { readRules } from '../../platform/src/observe/expressions.ts'
import { ensurePrometheus, startPrometheus } from '../../platform/src/observe/prometheus.ts'
import { spedUp } from '../../platform/src/observe/sped-up.ts'
import { readPlaces } from '../../platform/src/supervisor/places.ts'
import { readState } from '../../platform/src/supervisor/state.ts'
import { adminPool } from '../faults/support/servers.ts'
import { Client } from '../support/client.ts'
import { registerOperator } from '../support/operator.ts'
import { runPlatform } from '../support/platform.ts'
import { valuesOf } from './alerts.ts'
import type { Scene } from './drill.ts'
import { drills } from './drills.ts'
import { type Servers, startServers } from './support/servers.ts'
import { users } from './users.ts'

const INSTANCE = 'drill'
/** Of Prometheus, between two looks at the rules: what is sped up must not wait for it. */
const EVALUATION_SECONDS = 5

/** Settings of the services. What is anchored, or tried again, soon need not be waited for. */
const settings = { AUDIT_ANCHOR_SECONDS: '10', OUTBOX_RETRY_DELAY: '5', OUTBOX_MAX_RETRIES: '20' }

/**
 * Servers, a platform on them, Prometheus over it, people at work and an operator.
 * @param opened gets everything that has to be put away: an interruption may come at any time
 */
export async function openScene(opened: AsyncDisposableStack, say: (text: string) => void): Promise<Scene> {
  const servers = await startServers(opened, settings)
  const platform = runPlatform({ ...servers.environment }, INSTANCE)
  opened.defer(() => platform.down())
  await platform.up()
  return enter(instanceOf(await openCheckout(), INSTANCE), servers, opened, say)
}

async function enter(
  checkout: Checkout,
  { postgres, broker, redis }: Servers,
  opened: AsyncDisposableStack,
  say: (text: string) => void,
): Promise<Scene> {
  const state = await readState(checkout.home)
  if (!state) throw new Error('the platform of the drill does not run')
  const places = await readPlaces(checkout.home)
  const prometheus = await startPrometheus(checkout, await ensurePrometheus(checkout, say), state, say, {
    moreRules: spedUp(
      await readRules(checkout.root),
      drills.flatMap(({ expects }) =>
        expects.flatMap(({ alert, speed = 1 }) => (speed > 1 ? [{ alert, speed }] : [])),
      ),
    ),
    evaluationSeconds: EVALUATION_SECONDS,
    brokerMetricsPort: broker.metricsPort,
  })
  // Its first look comes some time after it is ready, and what changed before did not change to it.
  await eventually(
    'Prometheus has looked at every process',
    async () => (await valuesOf(prometheus, 'up{job!="rabbitmq"} == 1')).length >= state.processes.length,
    120,
  )
  const admin = adminPool(postgres.url(places.postgres.database))
  opened.defer(() => admin.end())
  const operator = new Client(state.gatewayUrl)
  const owner = new pg.Client({ connectionString: places.postgres.ownerUrl })
  await owner.connect()
  await registerOperator(owner, operator)
  await owner.end()
  opened.use(operator.staySignedIn())
  const people = await users(state.gatewayUrl)
  opened.defer(() => people.stop())
  return {
    home: checkout.home,
    postgres,
    broker: broker.broker,
    redis,
    admin,
    roleOf: (app: string) => serviceRole(places.postgres.database, app),
    brokerUrl: places.rabbitmqUrl,
    vhost: decodeURIComponent(new URL(places.rabbitmqUrl).pathname.slice(1)),
    people,
    operator,
    prometheus,
  }
}
