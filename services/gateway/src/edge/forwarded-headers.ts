import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import { badRequest } from '@alta/kit/errors'

/** Of one connection, not of the message (RFC 9110, 7.6.1). `expect` is answered by the gateway itself. */
export const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'http2-settings',
])

/** Said by the gateway or by nobody: services and logs believe them. */
const rebuilt = new Set([
  'host',
  'forwarded',
  'via',
  'x-real-ip',
  'x-request-id',
  'x-original-url',
  'x-rewrite-url',
])

/** Naming one of these in `Connection` would make it vanish on the way; they belong to the message. */
const neverNominated = new Set(['authorization', 'content-type', 'content-length', 'content-encoding'])

/**
 * `dapr-app-id` picks the target of a call, `dapr-api-token` opens the sidecar, `dapr-caller-app-id` lies, and what
 * begins with `alta-` the services take for the gateway's own word.
 */
export const isPrivate = (name: string): boolean =>
  name.startsWith('dapr-') || name.startsWith('alta-') || name.startsWith('x-forwarded-') || rebuilt.has(name)

export interface Caller {
  requestId: string
  /** IP address, as client-address.ts finds it. */
  address: string
  host: string
  /** Sent on only as `Bearer …`: daprd takes a Basic user named `dapr-app-id` as the target of the call. */
  bearer: string | undefined
  /** For OAuth clients, whose credentials are Basic; they go on under a name that means nothing to daprd. */
  basic?: string | undefined
  /** True while the gateway has a span of its own: the tracing library then writes the trace headers. */
  traced: boolean
}

/**
 * The headers that a service gets to see.
 * @throws {Problem} 400 `bad_header` for bytes that are no text: sidecars speak UTF-8 and would fail over them
 */
export function requestHeaders(from: IncomingHttpHeaders, caller: Caller): Record<string, string | string[]> {
  const nominated = nominatedBy(from.connection)
  const headers: Record<string, string | string[]> = {}
  for (const name in from) {
    const value = from[name]
    if (value === undefined || hopByHop.has(name) || nominated?.has(name) || isPrivate(name)) continue
    if (name === 'authorization' || (caller.traced && traceHeaders.has(name))) continue
    const text = typeof value === 'string' ? value : value.join()
    // Node hands the bytes over as Latin-1.
    if (!ascii.test(text) && !isUtf8(Buffer.from(text, 'latin1'))) {
      throw badRequest('bad_header', `The header ${name} is not UTF-8.`)
    }
    headers[name] = value
  }
  if (caller.bearer) headers.authorization = `Bearer ${caller.bearer}`
  if (caller.basic) headers['alta-basic-authorization'] = caller.basic
  headers['x-request-id'] = caller.requestId
  headers['x-forwarded-for'] = caller.address
  // For the audit log: each sidecar on the way adds an address of its own to the one above.
  headers['alta-client-address'] = caller.address
  headers['x-forwarded-proto'] = 'http'
  if (hostForm.test(caller.host)) headers['x-forwarded-host'] = caller.host
  return headers
}

/** What an `Authorization: Basic …` header holds. */
export const basicCredentials = (header: string | undefined): string | undefined =>
  /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header ?? '')?.[1]

const ascii = /^[\x20-\x7e]*$/
export const traceHeaders: ReadonlySet<string> = new Set(['traceparent', 'tracestate', 'baggage'])
const hostForm = /^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$|^\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?$/

/** Said by the gateway itself, or of interest to nobody outside. */
const ours = new Set(['server', 'date', 'x-powered-by', 'x-request-id', 'traceparent', 'tracestate'])

/** Calls `keep` for each header of a service's answer that a caller gets to see. */
export function responseHeaders(
  from: Readonly<IncomingHttpHeaders>,
  keep: (name: string, value: string | string[]) => void,
): void {
  const nominated = nominatedBy(from.connection)
  for (const name in from) {
    const value = from[name]
    if (value === undefined || ours.has(name) || hopByHop.has(name)) continue
    if (nominated?.has(name) || isPrivate(name)) continue
    keep(name, value)
  }
}

/** What most connections say of themselves, which names no header. */
const ordinary = new Set([undefined, 'keep-alive', 'close'])

function nominatedBy(connection: string | undefined): Set<string> | undefined {
  if (ordinary.has(connection)) return undefined
  const names = (connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  return new Set(names.filter((name) => !neverNominated.has(name)))
}
