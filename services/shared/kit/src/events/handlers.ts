import type { EventContract } from '@alta/contracts/event'
import type { Kysely } from 'kysely'
import type { Emit } from '../database/database.ts'
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
  /** True for a copy published again on purpose: effects that leave the platform are muted then. */
  replay: boolean
  /** W3C trace context of the work that emitted the event. */
  traceparent: string | undefined
}

/** `tx` sees the message's tenant and commits with the inbox row: the effect happens exactly once. */
export interface HandlerScope<Schema> {
  tx: Kysely<Schema>
  emit: Emit
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

/** A handler with its types folded away, as the dispatcher keeps them in one list. */
export interface Subscription {
  readonly contract: EventContract
  readonly kind: 'on' | 'work'
  readonly timeLimit: number
  run(data: unknown, scope: WorkScope): Promise<unknown>
  commit(result: unknown, scope: HandlerScope<unknown> & { data: unknown }): Promise<void>
  exhausted(failure: Failure, scope: HandlerScope<unknown> & { data: unknown }): Promise<void>
}

/** Handles an event inside one transaction. */
export function on<Data, Schema>(
  contract: EventContract<Data>,
  handler: Handler<Data, Schema>,
): Subscription {
  return {
    contract: contract as EventContract,
    kind: 'on',
    timeLimit: 0,
    run: async () => undefined,
    // The dispatcher validates `data` with this contract and opens `tx` on this service's own schema.
    commit: (_result, scope) => handler(scope.data as Data, scope as HandlerScope<Schema>),
    exhausted: async () => undefined,
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
    contract: contract as EventContract,
    kind: 'work',
    timeLimit: definition.timeLimit,
    run: (data, scope) => definition.run(data as Data, scope),
    commit: (result, scope) => definition.commit(result as Result, scope as Scope),
    exhausted: async (failure, scope) => definition.exhausted?.(failure, scope as Scope),
  }
}
