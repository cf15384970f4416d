import { readFileSync } from 'node:fs'
import type { RedisConfig } from '@alta/kit/config'
import type { Result } from 'ioredis'
import { z } from 'zod'
import { impatientRedis } from '../redis.ts'
import type { Circuit, CircuitRules, Command } from './circuit.ts'

declare module 'ioredis' {
  interface RedisCommander<Context> {
    changeCircuit(
      keys: 1,
      key: string,
      ...rest: (string | number)[]
    ): Result<[now: number, granted: number, before: string, after: string], Context>
  }
}

const lua = readFileSync(new URL('change-circuit.lua', import.meta.url), 'utf8')
const KEY = 'all'

const circuit = z.object({
  state: z.enum(['open', 'half_open']),
  since: z.number(),
  until: z.number(),
  trials: z.record(z.string(), z.number()),
  successes: z.number(),
  byHand: z.boolean(),
  reason: z.string(),
})
const circuitOf = (text: string): Circuit | undefined =>
  text === '' ? undefined : circuit.parse(JSON.parse(text))

export interface Changed {
  /** By the clock of all gateways, in milliseconds. */
  readonly now: number
  readonly granted: boolean
  readonly before: Circuit | undefined
  readonly after: Circuit | undefined
}

/** Circuits that all gateways share. Each call fails when it takes too long. */
export interface SharedCircuits {
  change(upstream: string, command: Command): Promise<Changed>
  /** All that are not closed. */
  read(): Promise<{ now: number; circuits: ReadonlyMap<string, Circuit> }>
  close(): void
}

/**
 * Keeps circuits in Redis.
 * @param clock milliseconds, for tests; Redis' own otherwise, which is the same for all
 */
export async function openSharedCircuits(
  config: RedisConfig,
  rules: CircuitRules,
  { patienceMs = 100, clock }: { patienceMs?: number; clock?: (() => number) | undefined } = {},
): Promise<SharedCircuits> {
  const redis = await impatientRedis(config, {
    keyPrefix: `${config.REDIS_KEY_PREFIX}circuit:`,
    commandTimeout: patienceMs,
    scripts: { changeCircuit: { lua } },
  })

  return {
    async change(upstream, command) {
      const [now, granted, before, after] = await redis.changeCircuit(
        1,
        KEY,
        clock?.() ?? '',
        upstream,
        command.kind,
        'id' in command ? command.id : '',
        'reason' in command ? command.reason : '',
        rules.openMs,
        rules.trialMs,
        rules.trials,
        rules.successes,
      )
      return { now, granted: granted === 1, before: circuitOf(before), after: circuitOf(after) }
    },
    async read() {
      const [[seconds, microseconds], texts] = await Promise.all([redis.time(), redis.hgetall(KEY)])
      const now = clock?.() ?? Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)
      const found = Object.entries(texts).map(
        ([upstream, text]) => [upstream, circuit.parse(JSON.parse(text))] as const,
      )
      return { now, circuits: new Map(found) }
    },
    close: () => redis.disconnect(),
  }
}
