import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parseConfig, redisEnvironment } from '@alta/kit/config'
import { testConfig } from '@alta/kit/testing/config'
import { Redis } from 'ioredis'
import { RateLimiterRedis, RateLimiterUnion } from 'rate-limiter-flexible'
import { type Demand, limiter } from '../../services/gateway/src/limits/limiter.ts'
import type { Policy, PolicyName } from '../../services/gateway/src/limits/policies.ts'
import { policiesOf } from '../../services/gateway/src/limits/policies.ts'
import { openRedisCounters } from '../../services/gateway/src/limits/redis-counters.ts'
import { rounds, short } from './config.ts'
import { forSeconds, median, perSecond, rateCells, ratio } from './figures.ts'
import { versionOf } from './peers/versions.ts'
import type { Section } from './report.ts'

const CALLERS = 50
const SECONDS = 0.5
/** Rounds of Alta and its script alone, a second each: what the rest of the machine does in between decides less. */
const PAIRS = short ? 4 : 16
const USERS = 1_000

/** A burst that nobody uses up, in the microseconds of which the script speaks. */
const ROOM = 1e12
const COST = 1_000

const lua = new URL('../../services/gateway/src/limits/take-from-all.lua', import.meta.url)

interface Contestant {
  what: string
  policies: number
  decide(user: string): Promise<unknown>
  /** Decisions of one call. */
  together?: number
}

/** Decisions on requests, one process and one connection each; nobody is refused but where it says so. */
export async function benchLimits(): Promise<Section> {
  await using opened = new AsyncDisposableStack()
  const prefix = `bench-limits:${randomUUID()}:`
  const { config } = parseConfig(redisEnvironment, {
    REDIS_URL: testConfig.TEST_REDIS_URL,
    REDIS_KEY_PREFIX: prefix,
  })
  if (!config) throw new Error('TEST_REDIS_URL is no address of a Redis')
  const counters = opened.adopt(await openRedisCounters(config, { patienceMs: 10_000 }), (one) => one.close())
  const connect = (enableAutoPipelining: boolean) =>
    opened.adopt(new Redis(testConfig.TEST_REDIS_URL, { enableAutoPipelining }), (one) => one.disconnect())
  const plain = connect(false)
  const pipelined = connect(true)

  const decide = limiter(counters.take)
  const demands = (names: readonly PolicyName[], user: string): Demand[] =>
    names.map((name) => ({ policy: wide(name), key: `${name}:${user}`, cost: 1 }))
  const alta = (...names: PolicyName[]) => ({
    policies: names.length,
    decide: (user: string) => decide(demands(names, user)),
  })
  const refused: Demand[] = [...policiesOf('per-second', {}).values()]
    .filter(({ name }) => name === 'sign-in')
    .map((policy) => ({ policy, key: 'sign-in:somebody', cost: 1 }))
  for (let call = 0; call < 20; call++) await decide(refused)

  const sha = String(await plain.script('LOAD', await readFile(lua, 'utf8')))
  const script = (redis: Redis, policies: number, together = 1) => {
    const keys = (user: string) => Array.from({ length: policies }, (_, key) => `${prefix}${key}:${user}`)
    const figures = [policies, ...Array.from({ length: policies }, () => [ROOM, COST, 1]).flat()]
    const all = Array.from({ length: together }, () => figures).flat()
    return {
      policies,
      together,
      decide: (user: string) => {
        const names = Array.from({ length: together }, (_, one) => keys(`${user}-${one}`)).flat()
        return redis.evalsha(sha, names.length, ...names, '', ...all)
      },
    }
  }

  const flexible = (redis: Redis, name: string) =>
    new RateLimiterRedis({ storeClient: redis, keyPrefix: prefix + name, points: 1e9, duration: 10 })
  const single = (redis: Redis) => {
    const peer = flexible(redis, 'user')
    return { policies: 1, decide: (user: string) => peer.consume(user) }
  }
  const union = (redis: Redis) => {
    const peers = ['user', 'address', 'everybody'].map((name) => flexible(redis, name))
    const peer = new RateLimiterUnion(...peers)
    return { policies: 3, decide: (user: string) => peer.consume(user) }
  }

  const contestants = {
    one: { what: 'Alta', ...alta('user') },
    three: { what: 'Alta', ...alta('user', 'everybody', 'refresh') },
    memory: { what: 'Alta, refused from memory', policies: 1, decide: () => decide(refused) },
    bare: { what: 'its script alone, EVALSHA by ioredis', ...script(plain, 1) },
    piped: { what: 'its script alone, auto-pipelining', ...script(pipelined, 1) },
    pipedThree: { what: 'its script alone, auto-pipelining', ...script(pipelined, 3) },
    gathered: { what: `its script alone, ${CALLERS} decisions a call`, ...script(plain, 1, CALLERS) },
    flexible: { what: 'rate-limiter-flexible', ...single(plain) },
    flexiblePiped: { what: 'rate-limiter-flexible, auto-pipelining', ...single(pipelined) },
    union: { what: 'rate-limiter-flexible, union', ...union(plain) },
    unionPiped: { what: 'rate-limiter-flexible, union, auto-pipelining', ...union(pipelined) },
  } satisfies Record<string, Contestant>

  const { rates, costs } = await inTurns(contestants)
  const pairs = await inTurns({ one: contestants.one, piped: contestants.piped }, PAIRS, 1)
  const to = (ours: keyof typeof contestants, theirs: keyof typeof contestants) =>
    ratio(rates[ours], rates[theirs])
  return {
    title: 'Limits: decisions on requests',
    columns: [
      'what',
      'policies a decision',
      'decisions/s, median',
      'lowest and highest round',
      'CPU µs a decision',
    ],
    rows: namesOf(contestants).map((name) => [
      contestants[name].what,
      String(contestants[name].policies),
      ...rateCells(rates[name]),
      median(costs[name]).toFixed(1),
    ]),
    notes: [
      `Overhead, Alta beside its script alone with auto-pipelining, one policy, over one connection each, in ${PAIRS} rounds of a second in turn, each beginning with the other one: ${ratio(pairs.rates.one, pairs.rates.piped)} the decisions a second, ${ratio(pairs.costs.one, pairs.costs.piped)} the CPU a decision (medians ${perSecond(median(pairs.rates.one))} and ${perSecond(median(pairs.rates.piped))}; promised: 0.9 × or more).`,
      `${CALLERS} callers in one process for ${SECONDS} s, ${perSecond(USERS)} users, one connection each, ${rounds} rounds in turn; rate-limiter-flexible ${versionOf('rate-limiter-flexible')} with ioredis ${versionOf('ioredis')}.`,
      'A request takes one policy by default (user or address), two when it signs in or where everybody is limited together, three at most.',
      `Alta decides by one call of the script on all requests that came in together. One policy against the script with a call for each decision: ${to('one', 'bare')}; three policies, with auto-pipelining: ${to('three', 'pipedThree')}. Against the script called with ${CALLERS} decisions at once and nothing around it: ${to('one', 'gathered')}.`,
      `Against rate-limiter-flexible: ${to('one', 'flexible')}, with auto-pipelining ${to('one', 'flexiblePiped')}; three policies against its union of three: ${to('three', 'union')}, with auto-pipelining ${to('three', 'unionPiped')}.`,
      'CPU is that of the calling process, which other work on the machine changes less than rates; Redis comes on top.',
      'rate-limiter-flexible counts in fixed windows, and its union keeps what was taken when one limiter refuses; Alta’s script does neither. Alta’s figures are of the whole decision, with its metrics and its memory of who was refused.',
    ],
  }
}

/** As the gateway has it, but with a burst that nobody uses up. */
function wide(name: PolicyName): Policy {
  const bucket = { interval: COST, burst: ROOM / COST }
  const rate = { requests: 1e6 / COST, seconds: 1, burst: bucket.burst, shadow: false }
  return { name, by: 'user', enforced: true, rate, shared: bucket, alone: bucket }
}

const namesOf = <Name extends string>(named: Readonly<Record<Name, unknown>>): Name[] =>
  // What it was made with.
  Object.keys(named) as Name[]

/**
 * Of each in the rounds that count: decisions a second, and microseconds of this process for each. Every other round
 * goes the other way round, so that nobody is always behind the same one.
 */
async function inTurns<Name extends string>(
  contestants: Readonly<Record<Name, Contestant>>,
  times = rounds,
  seconds = SECONDS,
): Promise<{ rates: Record<Name, number[]>; costs: Record<Name, number[]> }> {
  const names = namesOf(contestants)
  const empty = () => Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>
  const [rates, costs] = [empty(), empty()]
  for (let round = -1; round < times; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const { decide, together = 1 } = contestants[name]
      let call = 0
      // As many decisions at a time as all others have under way.
      const work = () => decide(`user-${call++ % USERS}`)
      const before = process.cpuUsage()
      const { perSecond: calls, count } = await forSeconds(seconds, CALLERS / together, work)
      const { user, system } = process.cpuUsage(before)
      if (round < 0) continue
      rates[name].push(calls * together)
      costs[name].push((user + system) / (count * together))
    }
  }
  return { rates, costs }
}
