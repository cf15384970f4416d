import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { repeatedly } from '@alta/kit/repeatedly'
import { eventually } from '@alta/kit/testing/wait'
import { request } from 'undici'
import type { Outcome } from '../fault.ts'
import { drive } from './load.ts'
import { judge, quiet } from './oracle.ts'
import type { Stage } from './stage.ts'

export interface TrialOptions {
  /** Of load at least; it goes on as long as the fault does. */
  readonly seconds: number
  /** What has to be arranged before the load begins. */
  prepare?(): Promise<void>
  readonly clients?: number
  /** Milliseconds a client rests between changes. */
  readonly pause?: number
  /** Seconds that everything may take to become still afterwards. */
  readonly patience?: number
  /** Breaks things and mends them again, while the load goes on. */
  inject(during: {
    killed(count?: number): void
    /** For work that takes committed changes back: what is answered meanwhile may be gone. */
    mayBeGone(work: () => Promise<void>): Promise<void>
  }): Promise<{ runs: number; note?: string }>
}

/** Load, a fault in the middle of it, quiet, and the verdict of the oracle. */
export async function trial(stage: Stage, options: TrialOptions): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'alta-faults-ledger-'))
  const ledgerFile = join(folder, 'answered')
  const killsBefore = stage.producer.kills + stage.consumer.kills
  let killed = 0
  let injecting = true
  const unsure: [from: number, to: number][] = []
  try {
    await options.prepare?.()
    await forget(stage)
    const end = Date.now() + options.seconds * 1_000
    using backlog = watchBacklog(stage)
    const load = drive(stage, ledgerFile, {
      behind: () => backlog.size > MOST_WAITING,
      over: () => !injecting && Date.now() >= end,
      clients: options.clients ?? 8,
      ...(options.pause === undefined ? {} : { pause: options.pause }),
    })
    await delay(500)
    const injected = await options.inject({
      killed: (count = 1) => {
        killed += count
      },
      async mayBeGone(work) {
        const from = (await stat(ledgerFile)).size
        await work()
        unsure.push([from, (await stat(ledgerFile)).size])
      },
    })
    const recoverySeconds = await carriedThrough(stage)
    injecting = false
    const figures = await load
    await cutOut(ledgerFile, unsure)
    const verdict = await judge(stage, ledgerFile, await quiet(stage, options.patience))
    const kills = stage.producer.kills + stage.consumer.kills - killsBefore + killed
    return { ...injected, kills, verdict, load: figures, recoverySeconds }
  } finally {
    injecting = false
    await rm(folder, { recursive: true, force: true })
  }
}

/** Takes these parts, in bytes, out of a file. */
async function cutOut(file: string, parts: readonly (readonly [from: number, to: number])[]): Promise<void> {
  let content = await readFile(file)
  for (const [from, to] of parts.toReversed()) {
    content = Buffer.concat([content.subarray(0, from), content.subarray(to)])
  }
  await writeFile(file, content)
}

/**
 * Changes that wait for their effect before clients hold back. Without a bound a machine on which the consumer is the
 * slower side falls behind further and further, and what is waited for after the fault is the backlog.
 */
const MOST_WAITING = 2_000

/** How many changes wait for their effect, looked at twice a second; as it last was while the database is away. */
function watchBacklog({ admin }: Stage): Disposable & { readonly size: number } {
  let size = 0
  const look = async () => {
    const { rows } = await admin.query<{ waiting: number }>(
      `select ((select count(*) from producer.ledger) - (select count(*) from consumer.effects))::int as waiting`,
    )
    size = rows[0]?.waiting ?? size
  }
  const job = repeatedly({ name: 'look at the backlog', everySeconds: 0.5, run: look })
  return {
    get size() {
      return size
    },
    [Symbol.dispose]: () => void job.stop(),
  }
}

/** The ledger of the fault before must not be counted again. */
async function forget({ admin }: Stage): Promise<void> {
  await eventually('the ledger can be emptied', async () => {
    await admin.query('truncate producer.ledger, consumer.effects, consumer.latest, consumer.notices')
    return true
  })
}

/** Makes one change, again and again until it is answered. @returns its id */
export async function makeChange(
  stage: Stage,
  more: Record<string, unknown> = {},
  seconds = 120,
): Promise<string> {
  const key = randomUUID()
  return eventually(
    'a change is answered',
    async () => {
      const { statusCode, body } = await request(`${stage.producerUrl}/changes`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': key,
          'dapr-api-token': stage.appToken,
        },
        body: JSON.stringify({ key, ...more }),
        headersTimeout: 5_000,
      })
      const answer = await body.json()
      // Of the suite's own producer, whose answer this is.
      return statusCode === 201 && (answer as { changeId: string }).changeId
    },
    seconds,
  )
}

async function hasEffect({ admin }: Stage, changeId: string): Promise<boolean> {
  const { rows } = await admin.query('select 1 from consumer.effects where change_id = $1', [changeId])
  return rows.length > 0
}

/** Seconds until a change that is made now has its effect. */
export async function carriedThrough(stage: Stage, seconds = 120): Promise<number> {
  const began = performance.now()
  const changeId = await makeChange(stage, {}, seconds)
  await eventually('a change made after the fault has its effect', () => hasEffect(stage, changeId), seconds)
  return (performance.now() - began) / 1_000
}
