import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { EventContract } from '@alta/contracts/event'
import type { Kysely } from 'kysely'
import type { Emit, Forward } from '../database/database.ts'
import type { Failure } from './errors.ts'

/** What a handler may know of the event besides its data. */
export interface Message {
  id: string
  source: string
  topic: string
  subject: string
  tenantId: string
  correlationId: string
  /** Version of the subject after the change, when the emitter gave one. */
  sequence: number | undefined
  time: Date
  /** True for a copy published again on purpose. */
  replay: boolean
  /** Nothing may leave the platform because of this message: it repeats history, and people are not part of it. */
  muted: boolean
  /** W3C trace context of the work that emitted the event. */
  traceparent: string | undefined
}

/** `tx` sees the message's tenant and commits with the inbox row: the effect happens exactly once. */
export interface HandlerScope<Schema> {
  tx: Kysely<Schema>
  emit: Emit
  forward: Forward
  message: Message
}

export type Handler<Data, Schema> = (data: Data, scope: HandlerScope<Schema>) => Promise<void>

export interface WorkScope {
  /** Aborted at the time limit, when the service stops, and when the lease is lost. */
  signal: AbortSignal
  message: Message
  /** Reports how far the work is, 0 to 1; kept with the inbox row. */
  progress(fraction: number): void
}

/**
 * Long work in two steps. A crash between them repeats `run`, so `run` may only have effects that
 * are safe to repeat; everything else belongs into `commit`.
 */
export interface WorkDefinition<Data, Result, Schema> {
  /** Milliseconds that `run` may take before its signal is aborted. */
  timeLimit: number
  /** Outside any transaction. */
  run(data: Data, scope: WorkScope): Promise<Result>
  /** One short transaction with the inbox row. */
  commit(result: Result, scope: HandlerScope<Schema> & { data: Data }): Promise<void>
  /** After the last attempt, in the transaction that files the message as failed: tells the others. */
  exhausted?(failure: Failure, scope: HandlerScope<Schema> & { data: Data }): Promise<void>
}

/** What a handler is given besides its result, before its types are put back. */
export type SubscriptionScope = HandlerScope<unknown> & { data: unknown; event: CloudEvent }

/** A handler with its types folded away, as the dispatcher keeps them in one list. */
export interface Subscription {
  /** The exchange that its queue is bound to. */
  readonly topic: string
  /** What an event of a topic must look like here; undefined for a topic that is not expected here. */
  contractOf(topic: string): EventContract | undefined
  readonly kind: 'on' | 'work'
  /** Milliseconds that `run` may take. */
  readonly timeLimit: number
  /** Each message has a transaction to itself; otherwise those that arrive together share one. */
  readonly alone?: boolean
  /** Where bytes are subscribed to and not events: makes an event of what daprd delivers. */
  wrap?(delivery: unknown): CloudEvent
  run(data: unknown, scope: WorkScope): Promise<unknown>
  commit(result: unknown, scope: SubscriptionScope): Promise<void>
  /** Instead of `commit`, once for all events of one tenant that share a transaction. */
  commitTogether?(events: readonly CloudEvent[], tx: Kysely<unknown>): Promise<void>
  exhausted(failure: Failure, scope: SubscriptionScope): Promise<void>
}

/** What all handlers share that do everything in one transaction. */
export const transactional = (): Pick<Subscription, 'kind' | 'timeLimit' | 'run' | 'exhausted'> => ({
  kind: 'on',
  timeLimit: 0,
  run: async () => undefined,
  exhausted: async () => undefined,
})

const only = (contract: EventContract) => ({
  topic: contract.topic,
  contractOf: (topic: string) => (topic === contract.topic ? contract : undefined),
})

/**
 * Handles an event inside one transaction. Messages that arrive together share it, one after the other; when one
 * fails, nothing of them has happened and each is handled again alone. So the handler touches nothing but `tx`.
 * @param options.alone a transaction for each message: for handlers that hold locks which others wait for
 */
export function on<Data, Schema>(
  contract: EventContract<Data>,
  handler: Handler<Data, Schema>,
  options: { alone?: boolean } = {},
): Subscription {
  return {
    ...options,
    ...transactional(),
    ...only(contract as EventContract),
    // The dispatcher validates `data` with this contract and opens `tx` on this service's own schema.
    commit: (_result, scope) => handler(scope.data as Data, scope as HandlerScope<Schema>),
  }
}

/** Handles an event whose work takes long or leaves the database. */
export function work<Data, Result, Schema>(
  contract: EventContract<Data>,
  definition: WorkDefinition<Data, Result, Schema>,
): Subscription {
  // The dispatcher validates `data` with this contract, hands `commit` what `run` returned, and opens
  // `tx` on this service's own schema.
  type Scope = HandlerScope<Schema> & { data: Data }
  return {
    ...only(contract as EventContract),
    kind: 'work',
    timeLimit: definition.timeLimit,
    run: (data, scope) => definition.run(data as Data, scope),
    commit: (result, scope) => definition.commit(result as Result, scope as Scope),
    exhausted: async (failure, scope) => definition.exhausted?.(failure, scope as Scope),
  }
}
