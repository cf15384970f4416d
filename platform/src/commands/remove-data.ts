import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { reason, type Say, StepFailed } from '../console/steps.ts'
import { dropDatabase } from '../infrastructure/postgres.ts'
import { dropVhost } from '../infrastructure/rabbitmq.ts'
import { clearRedis } from '../infrastructure/redis.ts'
import { readStarted } from '../infrastructure/started.ts'
import { openSecrets } from '../secrets.ts'
import { discoverServices } from '../services/discover.ts'
import { readPlaces } from '../supervisor/places.ts'
import { accepts } from '../system/network.ts'

interface Addresses {
  readonly postgresPort: number
  readonly rabbitmqPort: number
  readonly redisUrl: string
}

/** Removes what this platform has in its servers; what cannot be removed is said and makes the command fail. */
export async function removeData(checkout: Checkout, say: Say): Promise<void> {
  const { home, id, namespace } = checkout
  // Secrets are written before anything is made with them: without them there is nothing.
  if (!existsSync(join(home, 'secrets.json'))) return say('there is none')
  const known = await knownAddresses(checkout, say)
  const { postgresPort, rabbitmqPort, redisUrl } = known ?? (await likelyAddresses(checkout))
  const secrets = await openSecrets(checkout)
  const apps = await discoverServices(checkout.root)
  const how = (await readStarted(checkout)).rabbitmq?.how ?? 'found'
  const parts: [string, number, () => Promise<unknown>][] = [
    ['database and roles', postgresPort, () => dropDatabase(checkout, secrets, postgresPort, apps)],
    ['vhost and user', rabbitmqPort, () => dropVhost(checkout, rabbitmqPort, how)],
    ['Redis keys', portOf(redisUrl, 6379), () => clearRedis(redisUrl, [`${id}:`, `${namespace}.`])],
  ]
  for (const [name, port, remove] of parts) {
    // `make up` did not come far enough to write its places down: a server that is not there holds nothing.
    if (!known && !existsSync(join(home, 'places.json')) && !(await accepts(port))) continue
    // A server that is down cannot be cleaned; the other parts still can.
    await remove().then(
      () => say(`removed ${name}`),
      (error: unknown) => {
        process.exitCode = 1
        say(`could not remove ${name}: ${error instanceof StepFailed ? error.why : String(error)}`)
      },
    )
  }
}

const portOf = (url: string, fallback: number): number => Number(new URL(url).port || fallback)

async function knownAddresses({ home }: Checkout, say: Say): Promise<Addresses | undefined> {
  try {
    const { postgres, rabbitmqUrl, redisUrl } = await readPlaces(home)
    return { postgresPort: postgres.port, rabbitmqPort: portOf(rabbitmqUrl, 5672), redisUrl }
  } catch (error) {
    if (existsSync(join(home, 'places.json'))) {
      say(`places.json cannot be read (${reason(error).split('\n')[0]}); looking where servers should be`)
    }
    return undefined
  }
}

/** Where `make up` would have found or started the servers. */
async function likelyAddresses(checkout: Checkout): Promise<Addresses> {
  const started = await readStarted(checkout)
  const { ALTA_POSTGRES_ADMIN_URL, ALTA_RABBITMQ_URL, ALTA_REDIS_URL } = checkout.settings
  return {
    postgresPort: ALTA_POSTGRES_ADMIN_URL
      ? portOf(ALTA_POSTGRES_ADMIN_URL, 5432)
      : (started.postgres?.port ?? 5432),
    rabbitmqPort: ALTA_RABBITMQ_URL ? portOf(ALTA_RABBITMQ_URL, 5672) : (started.rabbitmq?.port ?? 5672),
    redisUrl: ALTA_REDIS_URL || `redis://127.0.0.1:${started.redis?.port ?? 6379}`,
  }
}

/**
 * Removes `.alta/`, unless a server whose data lies in it is left running for others.
 * @returns true when nothing of it is left
 * @throws {StepFailed} naming what could not be removed
 */
export async function removeHome(
  checkout: Pick<Checkout, 'home'>,
  inUse: boolean,
  say: Say,
): Promise<boolean> {
  const { home } = checkout
  const own = Object.values(await readStarted(checkout)).some(({ how }) => how === 'own')
  if (own && inUse) {
    say(`kept ${home}: others use a server that runs from it`)
    return false
  }
  for (const name of await namesIn(home)) {
    // Other instances of this checkout are platforms of their own.
    if (name !== 'instances') await rm(join(home, name), { recursive: true, force: true })
  }
  const instances = await namesIn(join(home, 'instances'))
  const left = (await namesIn(home)).filter((name) => name !== 'instances')
  if (left.length > 0) {
    throw new StepFailed(
      `${left.join(', ')} came back into ${home} while it was removed: something still writes there`,
      `end it, then rm -r ${home}`,
    )
  }
  if (instances.length > 0) {
    say(`kept ${join(home, 'instances')}: ${instances.join(', ')}; the rest of ${home} is removed`)
    return false
  }
  await rm(home, { recursive: true, force: true })
  say(`removed ${home}`)
  return true
}

const namesIn = async (folder: string): Promise<string[]> => (existsSync(folder) ? readdir(folder) : [])
