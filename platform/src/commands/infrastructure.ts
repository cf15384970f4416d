import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readTopology } from '@alta/kit/events/topology'
import { MATRIX } from '../authorization/matrix.ts'
import type { Checkout } from '../checkout.ts'
import { step } from '../console/steps.ts'
import { ensureDaprd } from '../daprd/daprd.ts'
import { generate, writeGenerated } from '../generate/files.ts'
import { ensurePostgres } from '../infrastructure/postgres.ts'
import { type BrokerPlace, ensureRabbitmq } from '../infrastructure/rabbitmq.ts'
import { ensureManagement } from '../infrastructure/rabbitmq-management.ts'
import { ensureRedis } from '../infrastructure/redis.ts'
import { ensureSpeech } from '../infrastructure/speech.ts'
import type { Secrets } from '../secrets.ts'
import { migrateAll } from '../services/migrate.ts'
import type { KnownPlaces } from '../supervisor/places.ts'
import { declarePolicies, declareTopology } from '../topology/declare.ts'
import { policies } from '../topology/policies.ts'

/** Everything below the services: servers, daprd, schemas, exchanges and queues. Safe to run again at any time. */
export async function ensureInfrastructure(
  checkout: Checkout,
  secrets: Secrets,
  apps: readonly string[],
): Promise<KnownPlaces> {
  const postgres = await step('PostgreSQL', (say) => ensurePostgres(checkout, secrets, apps, say))
  const redis = await step('Redis', (say) => ensureRedis(checkout, say))
  const rabbitmq = await step('RabbitMQ', (say) => ensureRabbitmq(checkout, secrets, say))
  secrets.set('rabbitmq', 'connectionString', rabbitmq.url)
  secrets.set('redis', 'host', redis.address)
  secrets.set('redis', 'password', redis.password)
  await secrets.save()
  await step('speech', (say) => ensureSpeech(checkout, say))
  const daprd = await step('daprd', (say) => ensureDaprd(checkout, say))
  await step('migrations', (say) => migrateAll(checkout, postgres, apps, say))
  await step('generated', async (say) => {
    // A subscription added a moment ago needs its component and its queue before its service starts.
    const generated = await generate(checkout.root)
    // Who may do what is changed by `make generate`, and by nobody who only starts what there is.
    generated.files.delete(MATRIX)
    const written = await writeGenerated(checkout.root, generated)
    if (written.length > 0) say(`wrote ${written.join(', ')}: contracts or subscriptions have changed`)
  })
  await declareBroker(checkout, rabbitmq)
  const rabbitmqManagementUrl = await step('RabbitMQ', (say) => ensureManagement(checkout, rabbitmq, say))
  return { postgres, redisUrl: redis.url, rabbitmqUrl: rabbitmq.url, rabbitmqManagementUrl, daprd }
}

async function declareBroker(checkout: Checkout, { url, admin }: BrokerPlace): Promise<void> {
  await step('topology', async (say) => {
    const topology = readTopology(join(checkout.root, 'dapr/generated/topology.json'))
    await declareTopology(url, topology)
    say(`${topology.exchanges.length} exchanges, ${topology.queues.length} queues`)
  })
  await step('policies', async (say) => {
    // rabbitmqctl takes seconds; what was set and has not changed since is not set again.
    const done = join(checkout.home, 'policies.sha256')
    const digest = createHash('sha256')
      .update(JSON.stringify([checkout.id, url, policies]))
      .digest('hex')
    if (existsSync(done) && (await readFile(done, 'utf8')) === digest) return say('as declared before')
    if (!admin) {
      return say(
        'not set: neither rabbitmqctl as root nor the management API; dead letters rely on daprd alone',
      )
    }
    await declarePolicies(admin, checkout.id)
    await writeFile(done, digest)
    say(`delivery limit, dead letters, alternate exchange (${admin.by})`)
  })
}
