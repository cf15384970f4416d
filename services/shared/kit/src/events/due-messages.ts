import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../database/database.ts'
import { PermanentError } from './errors.ts'
import { claimDueMessages, type DueMessage, type InboxKey, type InboxMessage } from './inbox.ts'
import { LEASE_SECONDS } from './leased-work.ts'
import type { PausedHandlers } from './paused-handlers.ts'

/** Most messages of the kind that shares transactions, taken from the inbox and not done with. */
const GATHERED_AT_ONCE = 200
const LONG_WORK_AT_ONCE = 8
/** Milliseconds that a handler may keep the next look waiting. */
const PATIENCE = 1_000

/** Takes messages out of the inbox again: those that failed, and those whose process has died. */
export function dueMessages(options: {
  database: Database<unknown>
  owner: string
  /** Deaths that a message survives. */
  maximumLosses: number
  /** Names of the handlers that work outside of transactions: few of theirs are taken at once. */
  longWork: readonly string[]
  paused: PausedHandlers
  /** What this process does with it at this moment, if anything. */
  inHand(key: InboxKey): Promise<unknown> | undefined
  handle(message: InboxMessage, how: { alone: boolean }): Promise<unknown>
  giveUp(message: InboxMessage, reason: PermanentError): Promise<unknown>
}): { take(): Promise<number> } {
  const { database, owner, longWork } = options
  const gathered = new Set<Promise<unknown>>()
  const long = new Set<Promise<unknown>>()
  const suspects = new Set<Promise<unknown>>()

  async function claim(
    into: Set<Promise<unknown>>,
    what: {
      atOnce: number
      suspects: boolean
      handlers: { only: readonly string[] } | { except: readonly string[] }
    },
  ): Promise<number> {
    const limit = what.atOnce - into.size
    if (limit <= 0) return 0
    const lease = { owner, seconds: LEASE_SECONDS, maximumLosses: options.maximumLosses, longWork }
    const claimed = await database.system(({ tx }) =>
      claimDueMessages(tx, { ...lease, limit, suspects: what.suspects, handlers: what.handlers }),
    )
    for (const { wasOurs, ...message } of claimed) {
      const running = options.inHand(message.key)
      // Its own lease ran out while the database was away, and it goes on.
      if (running && wasOurs) continue
      const handling = handleAfter(running, message, what.suspects).finally(() => into.delete(handling))
      into.add(handling)
    }
    return claimed.length
  }

  /**
   * A copy that the broker has delivered again may be in hand, which is only answered as known: nobody else would do the
   * work, and the death of this process would be held against the message once more.
   */
  async function handleAfter(
    running: Promise<unknown> | undefined,
    { lostTooOften, ...message }: Omit<DueMessage, 'wasOurs'>,
    alone: boolean,
  ): Promise<unknown> {
    await running?.catch(() => undefined)
    return lostTooOften ? options.giveUp(message, workerLost()) : options.handle(message, { alone })
  }

  let taking: Promise<number> | undefined

  return {
    // One look at a time: two at once would each take a suspect, and the one that kills would take the other along.
    take() {
      taking ??= look().finally(() => {
        taking = undefined
      })
      return taking
    },
  }

  async function look(): Promise<number> {
    const paused = await options.paused.current()
    const except = [...paused, ...longWork]
    const only = longWork.filter((handler) => !paused.has(handler))
    const all = { except: [...paused] }
    // One after the other: a suspect must not take others along when it ends this process.
    let taken = await claim(suspects, { atOnce: 1, suspects: true, handlers: all })
    taken += await claim(gathered, { atOnce: GATHERED_AT_ONCE, suspects: false, handlers: { except } })
    if (only.length > 0)
      taken += await claim(long, { atOnce: LONG_WORK_AT_ONCE, suspects: false, handlers: { only } })
    await Promise.race([
      Promise.allSettled([...gathered, ...long, ...suspects]),
      delay(PATIENCE, undefined, { ref: false }),
    ])
    return taken
  }
}

/** Whatever process held this message died, again and again: the message is poison. */
const workerLost = () =>
  new PermanentError('worker_lost', 'every process that handled this message ended without a word')
