import type { IncomingMessage } from 'node:http'
import { type Problem, payloadTooLarge, unavailable } from '@alta/kit/errors'
import { currentContext } from '@alta/kit/http/request-context'
import type { EdgeRequest } from '../edge/edge-request.ts'
import { type BodyRules, hasBody } from '../edge/request-body.ts'
import type { RouteTable } from '../routing/route-table.ts'
import { heldBytes } from './held-bytes.ts'
import { heldJson } from './held-json.ts'
import { requestChecks } from './request-checks.ts'

/** Larger ones go through unread, and the service alone checks them: holding them would be dearer. */
const LARGEST_HELD = 2 ** 20

/**
 * What a service would refuse is refused here. Who lacks the permission for a route is not told what is wrong with
 * the request: the service refuses such callers without reading it, and notes that in the audit log.
 */
export function checkRequest(table: RouteTable, rules: BodyRules, room = heldBytes()) {
  const checks = requestChecks(table)

  /**
   * @param change makes of the body what the service knows; such a body is held in any case, or refused
   * @returns the body, when it was read, which has to be sent in place of the request's
   * @throws {Problem} 400, 408, 413 or 415, as services have them; 503 `gateway_busy` for one that has to be held
   */
  return async (
    edge: EdgeRequest,
    request: IncomingMessage,
    goOn: () => void,
    change?: (body: unknown) => unknown,
  ): Promise<{ bytes: Buffer; release: () => void } | undefined> => {
    const { route } = edge
    if (!mayCall(route.policy)) return undefined
    checks.head(edge, edge.search, request.headers)
    if (route.body !== 'json') return undefined
    if (!hasBody(request)) {
      checks.body(route, undefined, 0)
      return undefined
    }
    const maximumBytes = Math.min(
      route.maximumBytes ?? rules.json.maximumBytes,
      rules.json.maximumBytes,
      change ? LARGEST_HELD : Number.POSITIVE_INFINITY,
    )
    const { 'content-length': length, 'content-encoding': encoding = 'identity' } = request.headers
    // A packed body may become as large as it may be at all.
    const expected = encoding === 'identity' ? Number(length ?? maximumBytes) : maximumBytes
    const release = expected <= LARGEST_HELD ? room.take(expected) : undefined
    if (!release && change) throw cannotHold(expected, maximumBytes)
    if (!release) return undefined
    try {
      goOn()
      const held = await heldJson(request, { ...rules.json, maximumBytes })
      const value = change ? change(held.value) : held.value
      const bytes = change ? Buffer.from(JSON.stringify(value)) : held.bytes
      checks.body(route, value, bytes.length)
      return { bytes, release }
    } catch (error) {
      release()
      throw error
    }
  }
}

const cannotHold = (expected: number, maximumBytes: number): Problem =>
  expected > maximumBytes
    ? payloadTooLarge(`The body is larger than ${maximumBytes} bytes.`, maximumBytes)
    : unavailable('gateway_busy', 'Too many bodies are being changed. Try again.', { retryAfter: 1 })

function mayCall(policy: EdgeRequest['route']['policy']): boolean {
  if (!policy.startsWith('may ')) return true
  const granted: ReadonlySet<string> | undefined = currentContext()?.principal?.permissions
  return granted?.has(policy.slice('may '.length)) ?? false
}
