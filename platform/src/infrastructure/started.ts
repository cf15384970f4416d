import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Checkout } from '../checkout.ts'

/**
 * How a server came to run: `system` = the machine's own, started by us; `own` = with its data under
 * `.alta/`; `docker` = a container of ours. Servers that were already there are never recorded.
 */
const record = z.strictObject({ how: z.enum(['system', 'own', 'docker']), port: z.number().int() })
const file = z.record(z.string(), record)

export type Started = z.infer<typeof record>

const path = (home: string): string => join(home, 'started.json')

/** What `make up` started of PostgreSQL, Redis and RabbitMQ, and so what `make down` stops. */
export async function readStarted({ home }: Pick<Checkout, 'home'>): Promise<Record<string, Started>> {
  return existsSync(path(home)) ? file.parse(JSON.parse(await readFile(path(home), 'utf8'))) : {}
}

export async function recordStarted(
  checkout: Checkout,
  name: string,
  started: Started | undefined,
): Promise<void> {
  const { [name]: _previous, ...others } = await readStarted(checkout)
  const next = started ? { ...others, [name]: started } : others
  await writeFile(path(checkout.home), `${JSON.stringify(next, null, 2)}\n`)
}
