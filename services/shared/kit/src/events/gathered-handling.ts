import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database, OpenTransaction } from '../database/database.ts'
import { type Delivery, takeEffect, tellHandled } from './delivery.ts'
import { createGathering, type ExtraLanes } from './gathering.ts'
import type { Subscription } from './handlers.ts'
import { completeLeased, enterCompleted, enterLeased, type InboxKey, wordOf } from './inbox.ts'
import { LEASE_SECONDS, LeaseLost } from './leased-work.ts'
import { type HandlerLimit, messageTransaction, scopeOf, withinLimit } from './message-transaction.ts'
import { handlerOf } from './names.ts'
import { type PausedHandlers, parkLeased, parkNew } from './paused-handlers.ts'

/** How long, in milliseconds, one message may take while others wait in the same transaction. */
const PATIENCE = 3_000

/** What became of a delivery that did not fail. */
export type Handled = 'success' | 'duplicate' | 'paused'

interface Item {
  key: InboxKey
  event: Delivery['event']
  delivery: Delivery
  /** Its row is in the inbox already, leased to this process. */
  leased: boolean
  /** Runs something in the context of this delivery: its trace, its correlation id. */
  inContext: <Result>(work: () => Result) => Result
  done(outcome: Handled): void
  failed(error: unknown): void
}

export interface GatheredHandling {
  /**
   * Handles a delivery in a transaction that it may share with others of its topic; it fails alone all the same.
   * @throws what the handler throws; `HandlerTimeout`; {@link LeaseLost} when a leased message is somebody else's
   */
  handle(delivery: Delivery, key: InboxKey, how: { leased: boolean; alone: boolean }): Promise<Handled>
}

/** The transactions of one handler whose whole work is one transaction. */
export function createGatheredHandling(options: {
  database: Database<unknown>
  subscription: Subscription
  /** Holder of this process's leases. */
  owner: string
  limit: HandlerLimit
  paused: PausedHandlers
  extraLanes: ExtraLanes
  /** Whether new messages are noted before they are handled, so that one which ends this process is found out. */
  careful(): boolean
}): GatheredHandling {
  const { database, subscription, owner } = options
  const { appId } = database
  const handler = handlerOf(appId, subscription.topic)
  const gathering = createGathering<Item>({
    handle: takeTurn,
    alone: subscription.alone ?? false,
    extraLanes: options.extraLanes,
  })

  /** Settles what it can; the rest has to be handled alone. */
  async function takeTurn(items: readonly Item[]): Promise<readonly Item[]> {
    try {
      if ((await options.paused.current()).has(handler)) {
        await park(items)
        return []
      }
      if (options.careful()) items = await noted(items)
      if (items.length === 0) return []
      const outcomes = await handleTogether(items)
      for (const item of items) settle(item, outcomes.has(wordOf(item.key)))
      return []
    } catch (error) {
      if (items.length > 1) return items
      items[0]?.failed(error)
      return []
    }
  }

  async function park(items: readonly Item[]): Promise<void> {
    const taken = items.filter(({ leased }) => leased)
    const fresh = items.filter(({ leased }) => !leased)
    await database.system(async ({ tx }) => {
      if (taken.length > 0) await parkLeased(tx, taken, handler, owner)
      if (fresh.length > 0) await parkNew(tx, fresh, handler)
    })
    for (const item of items) item.done('paused')
  }

  /** Enters new messages as leased, in a commit of its own; those known before are done with. */
  async function noted(items: readonly Item[]): Promise<readonly Item[]> {
    const unknown = items.filter(({ leased }) => !leased)
    if (unknown.length === 0) return items
    const lease = { owner, seconds: LEASE_SECONDS }
    const entered = await database.system(({ tx }) => enterLeased(tx, unknown, lease))
    return items.filter((item) => {
      if (!item.leased) {
        item.leased = entered.has(wordOf(item.key))
        if (!item.leased) item.done('duplicate')
      }
      return item.leased
    })
  }

  /** All or nothing. Returns the keys of those that were ours to handle. */
  function handleTogether(items: readonly Item[]): Promise<Set<string>> {
    const { milliseconds, ending } = options.limit
    const limit = { milliseconds: items.length > 1 ? Math.min(PATIENCE, milliseconds) : milliseconds, ending }
    return messageTransaction(database, items[0]?.event.tenantid ?? '', async (transaction) => {
      const ours = await enter(transaction, items)
      const mine = items.filter(({ key }) => ours.has(wordOf(key)))
      if (subscription.commitTogether) {
        await withinLimit(limit, () => takeTogether(transaction, mine))
        return ours
      }
      for (const item of mine) {
        await transaction.actFor(item.event.tenantid)
        const scope = scopeOf(transaction, item.event)
        await withinLimit(limit, () =>
          item.inContext(() => takeEffect(appId, item.delivery, undefined, scope)),
        )
      }
      return ours
    })
  }

  async function takeTogether(transaction: OpenTransaction<unknown>, items: readonly Item[]): Promise<void> {
    for (const [tenantId, theirs] of Map.groupBy(items, ({ event }) => event.tenantid)) {
      await transaction.actFor(tenantId)
      await subscription.commitTogether?.(
        theirs.map(({ event }) => event),
        transaction.tx,
      )
    }
    for (const { delivery, event, inContext } of items) {
      inContext(() => tellHandled(appId, delivery, { emit: transaction.emitFor(event.tenantid) }))
    }
  }

  async function enter({ tx }: OpenTransaction<unknown>, items: readonly Item[]): Promise<Set<string>> {
    const entered = await enterCompleted(
      tx,
      items.filter(({ leased }) => !leased),
    )
    const completed = await completeLeased(
      tx,
      items.filter(({ leased }) => leased),
      owner,
    )
    return new Set([...entered, ...completed])
  }

  function settle(item: Item, ours: boolean): void {
    if (ours) item.done('success')
    else if (item.leased) item.failed(new LeaseLost('the lease ran out'))
    else item.done('duplicate')
  }

  return {
    handle: (delivery, key, { leased, alone }) =>
      new Promise((done, failed) => {
        const inContext = AsyncLocalStorage.snapshot()
        gathering.add({ key, event: delivery.event, delivery, leased, inContext, done, failed }, { alone })
      }),
  }
}
