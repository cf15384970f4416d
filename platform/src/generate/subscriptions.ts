import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ALL_TOPIC, DEAD_LETTER_TOPIC } from '@alta/kit/events/names'
import type { NamedContract } from './contracts.ts'

export interface Subscription {
  readonly app: string
  readonly topic: string
  readonly slow: boolean
}

/** Subscriptions of no contract: the call in subscriptions.ts, and the exchange that it is bound to. */
const unbound = { every: ALL_TOPIC, everyTogether: ALL_TOPIC, deadLetters: DEAD_LETTER_TOPIC }

const importLine = /import\s+\{([^}]*)\}\s+from\s+'@alta\/contracts\/events\/([^']+)'/g

/**
 * What one service's subscriptions.ts reacts to, read from its text: each contract that it imports
 * from `@alta/contracts/events/…` must be the first argument of an `on(` or `work(` call there, and
 * the other way round. `every(` takes what all of them publish, `deadLetters(` what nobody could take.
 * Reading the text keeps the generator from starting services or needing their configuration; the price is
 * that subscriptions.ts stays as plain as this expects.
 * @throws {Error} when an imported contract has no handler or a handler names no imported contract.
 */
export function readSubscriptions(
  app: string,
  text: string,
  contracts: readonly NamedContract[],
): Subscription[] {
  const imported = new Map<string, NamedContract>()
  for (const [, names = '', module = ''] of text.matchAll(importLine)) {
    for (const name of names
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean)) {
      const [symbol = name, local = symbol] = name.split(/\s+as\s+/)
      const found = contracts.find((one) => one.module === module && one.symbol === symbol)
      if (!found)
        throw new Error(
          `${app}/src/subscriptions.ts imports ${symbol} from ${module}, which exports no such contract`,
        )
      imported.set(local, found)
    }
  }
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  const handled = [...code.matchAll(/\b(?:on|work)(?:<[^(]*>)?\(\s*([A-Za-z_$][\w$]*)/g)].map(
    ([, name = '']) => name,
  )
  for (const name of handled) {
    if (!imported.has(name)) {
      throw new Error(
        `${app}/src/subscriptions.ts handles ${name} without importing it from @alta/contracts/events/…`,
      )
    }
  }
  for (const name of imported.keys()) {
    if (!handled.includes(name))
      throw new Error(`${app}/src/subscriptions.ts imports ${name} but has no on(${name}, …)`)
  }
  const bound = [...new Set(handled)]
    .flatMap((name) => imported.get(name) ?? [])
    .map(({ contract }) => ({ app, topic: contract.topic, slow: contract.slow }))
  const others = Object.entries(unbound)
    .filter(([call]) => new RegExp(`\\b${call}(?:<[^(]*>)?\\(`).test(code))
    .map(([, topic]) => ({ app, topic, slow: false }))
  return [...bound, ...others]
}

/** The subscriptions of all services, ordered by app, then topic. */
export async function readAllSubscriptions(
  root: string,
  apps: readonly string[],
  contracts: readonly NamedContract[],
): Promise<Subscription[]> {
  const all: Subscription[] = []
  for (const app of apps) {
    const file = join(root, 'services', app, 'src/subscriptions.ts')
    if (existsSync(file)) all.push(...readSubscriptions(app, await readFile(file, 'utf8'), contracts))
  }
  return all.sort((a, b) => a.app.localeCompare(b.app) || a.topic.localeCompare(b.topic))
}
