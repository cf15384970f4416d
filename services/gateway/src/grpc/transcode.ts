import { log } from '@alta/kit/telemetry/log'
import { Metadata, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js'
import type { HttpAnswer, InnerHttp } from './inner-http.ts'
import { failureOf } from './status.ts'
import { fromStruct, toStruct } from './struct.ts'

/** A method's `google.api.http`, as far as it is used here: parts of the path are whole segments. */
export interface HttpRule {
  get?: string
  post?: string
  body?: string
}

type Message = Record<string, unknown>

/** Fields that hold free JSON. */
const structs: ReadonlySet<string> = new Set(['params'])
/** Metadata that is a header of the route; all other stays here. */
const carried = ['authorization', 'idempotency-key', 'x-request-id', 'traceparent', 'tracestate']

/** The HTTP request that a message stands for (google.api.http). */
function httpOf(rule: HttpRule, message: Message): { method: string; path: string; body?: string } {
  const method = rule.get === undefined ? 'POST' : 'GET'
  const rest = { ...message }
  const path = (rule.get ?? rule.post ?? '').replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = String(rest[name] ?? '')
    delete rest[name]
    return encodeURIComponent(value)
  })
  if (rule.body === '*') return { method, path, body: JSON.stringify(plain(rest)) }
  const query = new URLSearchParams(Object.entries(rest).map(([name, value]) => [name, String(value)]))
  return { method, path: query.size > 0 ? `${path}?${query}` : path }
}

/** A unary method that is answered by an HTTP route. A call that is cancelled, or late, ends the request. */
export function transcoded(
  rule: HttpRule,
  callHttp: InnerHttp['call'],
  addressOf: (call: ServerUnaryCall<Message, Message>) => string,
) {
  return (call: ServerUnaryCall<Message, Message>, answer: sendUnaryData<Message>): void => {
    const gone = new AbortController()
    // Also at the deadline: the library ends the call then.
    call.once('cancelled', () => gone.abort())
    const { method, path, body } = httpOf(rule, call.request)
    const headers = Object.fromEntries(
      carried.flatMap((name) =>
        call.metadata
          .get(name)
          .slice(0, 1)
          .map((value) => [name, String(value)]),
      ),
    )
    callHttp({
      method,
      path,
      headers: {
        ...headers,
        accept: 'application/json',
        'x-forwarded-for': addressOf(call),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
      signal: gone.signal,
    }).then(
      (http) => {
        if (http.status >= 400) {
          answer(failureOf(http))
          return
        }
        const message = messageOf(http)
        if (message) answer(null, message, trailersOf(http))
        else answer({ code: status.INTERNAL, details: 'The service gave no proper answer.' })
      },
      () => answer({ code: status.UNAVAILABLE, details: 'The call broke off.' }),
    )
  }
}

function messageOf({ text }: HttpAnswer): Message | undefined {
  try {
    return withStructs(JSON.parse(text)) as Message
  } catch (error) {
    // Nobody would catch it behind the library's callback, and the process would end.
    log.error({ err: error }, 'an answer cannot be told by gRPC')
    return undefined
  }
}

function trailersOf({ headers }: HttpAnswer): Metadata {
  const metadata = new Metadata()
  for (const name of ['x-request-id', 'etag']) {
    const value = headers[name]
    if (typeof value === 'string') metadata.set(name, value)
  }
  return metadata
}

/** What protobuf knows only as Struct is JSON again. */
const plain = (message: Message): Message =>
  Object.fromEntries(
    Object.entries(message).map(([name, value]) => [
      name,
      structs.has(name) && typeof value === 'object' && value !== null ? fromStruct(value) : value,
    ]),
  )

function withStructs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withStructs)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => {
      // Absent, where JSON says null.
      if (each === null) return []
      return [[name, structs.has(name) ? toStruct(each) : withStructs(each)]]
    }),
  )
}
