import { randomUUID } from 'node:crypto'
import { open } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
import type { Stage } from './stage.ts'

export interface LoadOptions {
  /** Asked before each change. */
  readonly over: () => boolean
  readonly clients: number
  /** Milliseconds that a client rests between two changes. */
  readonly pause?: number
  /** Asked before each change: whether so much waits for its effect that clients hold back. */
  readonly behind: () => boolean
}

export interface LoadFigures {
  /** Changes that were answered 201. */
  readonly answered: number
  /** Requests that got an error or nothing, and were repeated under the same key. */
  readonly repeated: number
  /** Keys whose answer never came before the load was over: committed or not, nobody knows. */
  readonly unanswered: number
  /** Answered changes a second, second by second. */
  readonly rate: readonly number[]
}

const GIVE_UP_MS = 60_000

/**
 * Makes changes through the producer's public route, each under a key of its own and repeated under it until it is
 * answered. What was answered is written to a file and synced, outside of everything that a fault may break.
 */
export async function drive(stage: Stage, ledgerFile: string, options: LoadOptions): Promise<LoadFigures> {
  const file = await open(ledgerFile, 'a')
  const dispatcher = new Agent({ connections: options.clients, headersTimeout: 5_000, bodyTimeout: 5_000 })
  const began = Date.now()
  const rate: number[] = []
  let answered = 0
  let repeated = 0
  let unanswered = 0

  async function change(key: string): Promise<boolean> {
    const answer = await request(`${stage.producerUrl}/changes`, {
      method: 'POST',
      dispatcher,
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        'dapr-api-token': stage.appToken,
      },
      body: JSON.stringify({ key }),
    })
    await answer.body.dump()
    return answer.statusCode === 201
  }

  async function client(): Promise<void> {
    while (!options.over()) {
      if (options.behind()) {
        await delay(100)
        continue
      }
      const key = randomUUID()
      const givenUp = Date.now() + GIVE_UP_MS
      for (;;) {
        const done = await change(key).catch(() => false) // cut off in the middle: asked again under the same key
        if (done) {
          await file.write(`${key}\n`)
          answered++
          const second = Math.floor((Date.now() - began) / 1_000)
          rate[second] = (rate[second] ?? 0) + 1
          break
        }
        if (Date.now() > givenUp) {
          unanswered++
          break
        }
        repeated++
        await delay(100)
      }
      if (options.pause) await delay(options.pause)
    }
  }

  await Promise.all(Array.from({ length: options.clients }, client))
  await file.sync()
  await file.close()
  await dispatcher.close()
  return { answered, repeated, unanswered, rate: Array.from(rate, (count) => count ?? 0) }
}
