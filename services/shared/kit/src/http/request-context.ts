import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestAudit } from '../audit/request-audit.ts'
import type { Principal } from '../auth/principal.ts'
import { randomUUIDv7 } from '../identifiers.ts'

/** What a request, or a message being handled, is known by wherever the code goes from there. */
export interface RequestContext {
  readonly requestId: string
  /** Request id of the call at the edge; every event that follows from it carries it on. */
  readonly correlationId: string
  /** Id of the event being handled, when it is one. */
  readonly causationId?: string
  /** The event being handled is muted, and so is what follows from it. */
  readonly muted?: boolean
  /** Set once the caller's token has been verified. */
  principal?: Principal
  /** Of whoever asks from outside; only the gateway knows it. */
  clientAddress?: string
  idempotencyKey?: string
  /** Of a request that a route answers. */
  audit?: RequestAudit
  /** A question is being answered: whatever transactions that takes can only read. */
  readOnly?: boolean
}

const contexts = new AsyncLocalStorage<RequestContext>()

export const currentContext = (): RequestContext | undefined => contexts.getStore()

export const withContext = <Result>(context: RequestContext, work: () => Result): Result =>
  contexts.run(context, work)

const requestIdForm = /^[A-Za-z0-9._-]{1,64}$/

/** The caller's own id where it is harmless in logs and headers, else a new one. */
export function requestIdFrom(header: string | undefined): string {
  return header !== undefined && requestIdForm.test(header) ? header : randomUUIDv7()
}
