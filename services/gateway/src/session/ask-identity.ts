import { text } from 'node:stream/consumers'
import type { InvokeAnswer, Sidecar } from '@alta/kit/dapr/sidecar'
import { Problem } from '@alta/kit/errors'
import { currentContext } from '@alta/kit/http/request-context'
import { currentTraceparent } from '@alta/kit/telemetry/tracing'
import { z } from 'zod'
import { askWithin } from '../circuits/ask-within.ts'
import type { Circuits } from '../circuits/circuits.ts'
import { requestHeaders } from '../edge/forwarded-headers.ts'
import { sessionExchange } from './session-exchange.ts'

const IDENTITY = 'identity'
/** All of a caller that identity notes or goes by. */
const ofCaller = ['user-agent', 'accept-language', 'traceparent', 'tracestate', 'baggage'] as const

export type AskIdentity = (path: string, asked: { body?: object; bearer?: string }) => Promise<unknown>

/**
 * Asks identity on behalf of whoever asks here, as a request that is passed on would: who, from where, with what.
 * @throws {Problem} identity's own refusals, as they are; 503 `circuit_open`, `upstream_unavailable`, 504
 */
export function askIdentity({
  sidecar,
  circuits,
  timeout,
}: {
  sidecar: Sidecar
  circuits: Circuits
  /** Milliseconds. */
  timeout: number
}): AskIdentity {
  async function answerTo(path: string, headers: Record<string, string | string[]>, body: string) {
    const passage = await circuits.enter(IDENTITY)
    return askWithin(passage, IDENTITY, () =>
      sidecar.invoke(IDENTITY, path, { method: 'POST', headers, body, timeoutMs: timeout }),
    )
  }

  return async (path, { body = {}, bearer }) => {
    const { headers } = sessionExchange().request
    const sent = requestHeaders(Object.fromEntries(ofCaller.map((name) => [name, headers[name]])), {
      requestId: currentContext()?.requestId ?? '',
      address: currentContext()?.clientAddress ?? '',
      host: headers.host ?? '',
      bearer,
      traced: currentTraceparent() !== undefined,
    })
    const answer = await answerTo(path, { ...sent, 'content-type': 'application/json' }, JSON.stringify(body))
    const told = await text(answer.body)
    if (answer.status >= 400) throw refusal(answer, told)
    return told === '' ? undefined : JSON.parse(told)
  }
}

const problem = z.looseObject({
  code: z.string(),
  detail: z.string(),
  title: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

const passedOn = ['retry-after', 'www-authenticate'] as const

function refusal({ status, headers }: InvokeAnswer, told: string): Problem {
  const { code, detail, title, errors, ...rest } = problem.parse(JSON.parse(told))
  const { type: _type, status: _status, requestId: _requestId, ...extensions } = rest
  const kept = passedOn.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : []))
  return new Problem({
    ...{ status, code, detail, title, extensions },
    ...(errors ? { errors } : {}),
    headers: Object.fromEntries(kept),
  })
}
