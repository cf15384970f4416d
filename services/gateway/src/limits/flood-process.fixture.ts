// The limits of one gateway in a process of its own, asked far more often than they let through.
import { parseConfig, redisEnvironment } from '@alta/kit/config'
import { type FloodSettings, now, policyOfFlood, type Taken, type Tally } from './flood.fixture.ts'
import { limiter } from './limiter.ts'
import { openRedisCounters } from './redis-counters.ts'

const settings: FloodSettings = JSON.parse(process.env.SETTINGS ?? '')
const { config } = parseConfig(redisEnvironment, {
  REDIS_URL: settings.redisUrl,
  REDIS_KEY_PREFIX: settings.prefix,
})
if (!config) throw new Error(`${settings.redisUrl} is no address of a Redis`)
// Only a Redis that is really away counts as such: on a busy machine 50 ms pass where nothing is wrong.
const counters = await openRedisCounters(config, { patienceMs: 10_000 })
let away = false
const decide = limiter(async (asks) => {
  try {
    const counted = await counters.take(asks)
    if (away) process.send?.({ sharedAgain: now() })
    away = false
    return counted
  } catch (error) {
    away = true
    throw error
  }
})

const tally: Tally = { allowed: {}, refused: {} }
const policies = settings.limits.map((one) => {
  const taken: Taken[] = []
  tally.allowed[one.name] = taken
  return { ...one, taken, policy: policyOfFlood(one) }
})
async function ask({ name, policy, taken }: (typeof policies)[number]): Promise<void> {
  const began = now()
  const { allowed } = await decide([{ policy, key: `${name}:somebody`, cost: 1 }])
  if (allowed) taken.push([began, now()])
  else tally.refused[name] = (tally.refused[name] ?? 0) + 1
}

function flood(): void {
  const started = now()
  const asked = new Map<string, number>()
  const under = new Set<Promise<void>>()
  const timer = setInterval(() => {
    for (const one of policies) {
      const due = ((now() - started) / 1_000) * one.askedPerSecond
      for (let call = asked.get(one.name) ?? 0; call < due; call++) {
        const asking = ask(one).finally(() => under.delete(asking))
        under.add(asking)
        asked.set(one.name, call + 1)
      }
    }
  }, 2)
  process.once('message', async () => {
    clearInterval(timer)
    await Promise.all(under)
    counters.close()
    process.send?.(tally, () => process.disconnect?.())
  })
}

process.once('message', flood)
process.send?.('ready')
