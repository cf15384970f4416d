import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { saysTokenEnded } from '@alta/kit/auth/revocation'
import { bearerToken } from '@alta/kit/auth/tokens'
import type { InvokeAnswer, Sidecar } from '@alta/kit/dapr/sidecar'
import { Problem } from '@alta/kit/errors'
import { clientGone } from '@alta/kit/http/json-body'
import { currentContext } from '@alta/kit/http/request-context'
import { currentTraceparent } from '@alta/kit/telemetry/tracing'
import { askWithin } from '../circuits/ask-within.ts'
import type { Circuits, Passage } from '../circuits/circuits.ts'
import { probeThrough } from '../circuits/probe.ts'
import { mayBePage } from '../routes.ts'
import { isApiKey } from './api-keys.ts'
import { deliverAnswer, EVENT_STREAM } from './deliver-answer.ts'
import type { EdgeRequest } from './edge-request.ts'
import { basicCredentials, requestHeaders } from './forwarded-headers.ts'
import { type BodyRules, hasBody, limitedBody } from './request-body.ts'
import { leaveUnread } from './unread-answer.ts'

/**
 * Sends a request through the own sidecar to the service that answers it, and its answer back, both as
 * they come. A caller who goes away ends the call; a service whose circuit is open is not asked.
 */
export function forwardThrough({
  sidecar,
  circuits,
  rules,
  timeout,
}: {
  sidecar: Sidecar
  circuits: Circuits
  rules: BodyRules
  /** Milliseconds for a service to begin its answer, and to stand still within it. */
  timeout: number
}) {
  const probe = probeThrough(sidecar, circuits, timeout)

  /** Who is still sending takes no place of a trial: it would be theirs for as long as they take. */
  async function enter(appId: string, isSending: boolean): Promise<Passage> {
    try {
      return await circuits.enter(appId, !isSending)
    } catch (error) {
      if (isSending) void probe(appId)
      throw error
    }
  }

  return async (
    edge: EdgeRequest,
    exchange: {
      request: IncomingMessage
      response: ServerResponse
      /** The body, if it was read already. */
      held: Buffer | undefined
      /** Tells a caller who asks before sending to go on. */
      goOn: () => void
      /** Another token, where the caller has shown a key. */
      renew?: (() => Promise<string>) | undefined
      /** Makes another answer of the service's, where the route has such a rule. */
      change?: ((answer: InvokeAnswer) => Promise<InvokeAnswer>) | undefined
    },
  ): Promise<void> => {
    const { bodyClass } = edge
    const { request, response, held } = exchange
    const appId = edge.route.upstream
    const gone = new AbortController()
    // An abort makes an error with its stack: not for each of those who have their answer.
    response.once('close', () => {
      if (!response.writableFinished) gone.abort()
    })

    const headers = requestHeaders(request.headers, {
      requestId: currentContext()?.requestId ?? '',
      address: currentContext()?.clientAddress ?? '',
      host: request.headers.host ?? '',
      bearer: bearerToSend(request.headers.authorization),
      basic: mayBePage(edge.path) ? basicCredentials(request.headers.authorization) : undefined,
      traced: currentTraceparent() !== undefined,
    })
    if (held) {
      headers['content-length'] = String(held.length)
      delete headers['content-encoding']
    }
    // daprd holds a body of known length in memory, to be able to repeat the call. Files must stream.
    else if (bodyClass !== 'json' || !hasBody(request)) delete headers['content-length']
    // What is refused above must not hold the place of a trial, of which nothing more would be heard.
    const isSending = hasBody(request) && !held
    const passage = await enter(appId, isSending)
    const until = performance.now() + timeout
    if (isSending) exchange.goOn()
    const body = held ?? (isSending ? limitedBody(request, bodyClass, rules[bodyClass]) : null)

    const ask = (accept = headers.accept) =>
      sidecar.invoke(appId, edge.path + edge.search, {
        method: edge.method,
        headers: accept === undefined ? headers : { ...headers, accept },
        signal: gone.signal,
        timeoutMs: Math.max(1, until - performance.now()),
        ...(body ? { body } : {}),
      })
    /** A service may hear sooner than this process that the token of a key has ended; the key may be good for another. */
    const askRenewing = async () => {
      const first = await ask()
      const isOver = first.status === 401 && saysTokenEnded(first.headers['www-authenticate'])
      if (!exchange.renew || !isOver || (body && !held)) return first
      const token = await exchange.renew().catch(() => undefined)
      if (token === undefined) return first
      leaveUnread(first.body)
      headers.authorization = `Bearer ${token}`
      return ask()
    }
    async function askOtherwise(error: unknown): Promise<InvokeAnswer> {
      if (gone.signal.aborted) throw clientGone()
      if (!isAway(error) || (edge.method !== 'GET' && edge.method !== 'HEAD')) throw error
      if (headers.accept !== EVENT_STREAM) return askAgain(ask, error, until)
      // daprd turns a refused event stream into a failure of its own. The service repeats its words to who wants those;
      // if it would stream, it was daprd's failure after all.
      const refusal = await ask('application/problem+json')
      if (refusal.status >= 400) return refusal
      leaveUnread(refusal.body)
      throw error
    }
    const told = await askWithin(
      passage,
      appId,
      () => askRenewing().catch(askOtherwise),
      () => gone.signal.aborted || isStillSent(body),
    ).catch((error: unknown) => {
      throw gone.signal.aborted ? clientGone() : error
    })
    const answer = exchange.change ? await exchange.change(told) : told

    await deliverAnswer(
      answer,
      { route: edge.route, path: edge.path },
      { request, response, gone: gone.signal },
      timeout,
    )
  }
}

/** Services see access tokens alone; a key that nothing asked for goes nowhere. */
function bearerToSend(authorization: string | undefined): string | undefined {
  const bearer = bearerToken(authorization)
  return isApiKey(bearer) ? currentContext()?.principal?.token : bearer
}

const isAway = (error: unknown): boolean => error instanceof Problem && error.code === 'upstream_unavailable'

/** An upload that broke off was refused by the service before its end, or given up by the caller. */
const isStillSent = (body: Buffer | Readable | null): boolean =>
  body !== null && 'readableEnded' in body && !body.readableEnded

/**
 * Asks once more for what was not answered at all and changes nothing, in what is left of the time: a connection may
 * have been closed on its way, and another replica may be there. daprd itself repeats nothing (dapr/resiliency).
 */
async function askAgain<Answer>(ask: () => Promise<Answer>, error: unknown, until: number): Promise<Answer> {
  if (performance.now() >= until) throw error
  return ask()
}
