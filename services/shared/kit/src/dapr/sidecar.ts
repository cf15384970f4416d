import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { errors, Pool, request } from 'undici'
import { z } from 'zod'
import { ADDRESS_HEADER } from '../audit/request-audit.ts'
import { Problem, unavailable } from '../errors.ts'
import { currentContext } from '../http/request-context.ts'
import type { Method } from '../http/route.ts'
import { IncomingAnswer } from './incoming-answer.ts'

export interface InvokeOptions {
  readonly method?: Uppercase<Method> | 'HEAD'
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string | Buffer | Readable
  readonly signal?: AbortSignal
  /** Until the first byte of the answer; 30 s unless told. */
  readonly timeoutMs?: number
}

export interface InvokeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readable
  /** All of the body, where it is here already and nobody has asked for the stream. */
  readonly whole?: Buffer | undefined
}

export interface Sidecar {
  /**
   * Calls another service. Carries the caller's token, request id, address and trace on, unless `headers` has its own.
   * Answers of the other service come back whatever their status.
   * @throws {Problem} 503 `upstream_unavailable`, 504 `upstream_timeout`
   */
  invoke(appId: string, path: string, options?: InvokeOptions): Promise<InvokeAnswer>
  /** A value of the secret store. @throws {Error} when it has none of that name */
  secret(name: string, key?: string): Promise<string>
  /** @throws {Error} when the sidecar cannot be used for outgoing calls */
  check(signal?: AbortSignal): Promise<void>
  /** What it says that it is, as `1.18.2`; undefined when it does not say. @throws {Error} when it does not answer */
  version(signal?: AbortSignal): Promise<string | undefined>
  close(): Promise<void>
}

export interface SidecarSettings {
  readonly DAPR_HTTP_PORT: number
  readonly DAPR_API_TOKEN: string | undefined
}

/** @param connections calls that may be under way at once; further ones wait for one of these to end */
export function openSidecar(
  { DAPR_HTTP_PORT, DAPR_API_TOKEN }: SidecarSettings,
  { connections = 128 }: { connections?: number } = {},
): Sidecar {
  const origin = `http://127.0.0.1:${DAPR_HTTP_PORT}`
  const ownHeaders: Record<string, string> = DAPR_API_TOKEN ? { 'dapr-api-token': DAPR_API_TOKEN } : {}
  // Long answers such as event streams may pause: only the beginning of an answer has a time limit.
  const dispatcher = new Pool(origin, { connections, keepAliveTimeout: 30_000, bodyTimeout: 0 })

  async function check(signal?: AbortSignal): Promise<void> {
    // Not /healthz: that waits for the app's own port, and both would wait for each other.
    const { statusCode, body } = await request(`${origin}/v1.0/healthz/outbound`, {
      dispatcher,
      headers: ownHeaders,
      headersTimeout: 2_000,
      ...(signal ? { signal } : {}),
    })
    await body.dump()
    if (statusCode >= 300) throw new Error(`the sidecar at ${origin} answers ${statusCode}`)
  }

  return {
    async invoke(appId, path, options = {}) {
      const { method = 'GET', headers = {}, body, signal, timeoutMs = 30_000 } = options
      const incoming = new IncomingAnswer(signal, body)
      try {
        dispatcher.dispatch(
          {
            path,
            method,
            headers: { ...carriedHeaders(), ...headers, ...ownHeaders, 'dapr-app-id': appId },
            headersTimeout: timeoutMs,
            body: body ?? null,
          },
          incoming,
        )
        const answer = await incoming.begun
        const { status, headers: answered } = answer
        if (status === 500 && String(answered['content-type']).startsWith('application/json')) {
          const said = await text(answer.body)
          if (isInvokeFailure(said)) throw away(appId, new Error(said.slice(0, 500)))
          return { status, headers: answered, body: Readable.from([Buffer.from(said)]) }
        }
        return answer
      } catch (error) {
        if (error instanceof Problem || signal?.aborted) throw error
        throw error instanceof errors.HeadersTimeoutError
          ? tooSlow(appId, timeoutMs, error)
          : away(appId, error)
      }
    },

    async secret(name, key = name) {
      const { statusCode, body } = await request(
        `${origin}/v1.0/secrets/secretstore/${encodeURIComponent(name)}`,
        {
          dispatcher,
          headers: ownHeaders,
          headersTimeout: 5_000,
        },
      )
      const found = secretAnswer.safeParse(statusCode === 200 ? await body.json() : await body.dump())
      const value = found.data?.[key]
      if (value === undefined)
        throw new Error(`the secret store has no "${key}" in "${name}" (${statusCode})`)
      return value
    },

    check,

    async version(signal) {
      const { body } = await request(`${origin}/v1.0/metadata`, {
        dispatcher,
        headers: ownHeaders,
        headersTimeout: 2_000,
        ...(signal ? { signal } : {}),
      })
      return metadata.safeParse(await body.json()).data?.runtimeVersion
    },

    close: () => dispatcher.close(),
  }
}

const metadata = z.object({ runtimeVersion: z.string() })
const secretAnswer = z.record(z.string(), z.string())
const invokeFailure = z.object({ errorCode: z.enum(['ERR_DIRECT_INVOKE', 'ERR_HEALTH_APPID_NOT_MATCH']) })

/** daprd answers 500 for apps that it cannot reach, as an app with a fault of its own does. */
function isInvokeFailure(said: string): boolean {
  try {
    return invokeFailure.safeParse(JSON.parse(said)).success
  } catch {
    // Not JSON, so not daprd's.
    return false
  }
}

function carriedHeaders(): Record<string, string> {
  const context = currentContext()
  if (!context) return {}
  const { requestId, principal, audit } = context
  return {
    'x-request-id': requestId,
    ...(principal ? { authorization: `Bearer ${principal.token}` } : {}),
    // Whoever carries out somebody's order notes in the audit log from where it came.
    ...(audit?.address ? { [ADDRESS_HEADER]: audit.address } : {}),
    ...(audit?.userAgent ? { 'user-agent': audit.userAgent } : {}),
  }
}

const away = (appId: string, cause: unknown): Problem =>
  unavailable('upstream_unavailable', `The service ${appId} cannot be reached.`, {
    cause,
    extensions: { upstream: appId },
  })

const tooSlow = (appId: string, timeoutMs: number, cause: unknown): Problem =>
  new Problem({
    status: 504,
    code: 'upstream_timeout',
    detail: `The service ${appId} did not answer within ${timeoutMs} ms.`,
    extensions: { upstream: appId },
    cause,
  })
