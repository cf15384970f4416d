import type { IncomingMessage } from 'node:http'
import { badRequest, notFound, Problem } from '@alta/kit/errors'
import type { BodyClass } from '../routing/route-entry.ts'
import type { FoundRoute, RouteTable } from '../routing/route-table.ts'
import { safePath } from './safe-path.ts'

/** A request that has somewhere to go. */
export interface EdgeRequest extends FoundRoute {
  method: EdgeMethod
  path: string
  /** With its question mark, or empty. */
  search: string
  /** Limits of the body: without a file those of JSON, whether the route takes one or not. */
  bodyClass: BodyClass
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type EdgeMethod = (typeof methods)[number]

/** @throws {Problem} 405 `method_not_allowed`: TRACE would echo headers, CONNECT and the rest have no meaning here */
export function edgeMethod({ method }: IncomingMessage): EdgeMethod {
  const known = methods.find((each) => each === method)
  if (known) return known
  throw new Problem({
    status: 405,
    code: 'method_not_allowed',
    detail: `Alta takes ${methods.join(', ')}.`,
    headers: { allow: methods.join(', ') },
  })
}

/**
 * Of several hosts every program believes another one (RFC 9112, 3.2).
 * @throws {Problem} 400 `bad_host`
 */
export function oneHost({ rawHeaders }: IncomingMessage): void {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  if (hosts > 1) throw badRequest('bad_host', 'There has to be one Host header.')
}

/**
 * @throws {Problem} 400 `bad_host`, `bad_path`, 404 `route_not_found`, 405 `method_not_allowed`: only what a service
 *   documents goes on
 */
export function edgeRequest(table: RouteTable, request: IncomingMessage): EdgeRequest {
  oneHost(request)
  const method = edgeMethod(request)
  const { path, search } = safePath(request.url ?? '')
  const found = table.find(method, path)
  if (!found) throw notFound('route_not_found', 'There is nothing at this address.')
  if ('allow' in found) throw methodNotAllowed(method, found.allow)
  const { body } = found.route
  return { ...found, method, path, search, bodyClass: body === 'none' ? 'json' : body }
}

function methodNotAllowed(method: string, allow: readonly string[]): Problem {
  const allowed = allow.join(', ')
  return new Problem({
    status: 405,
    code: 'method_not_allowed',
    detail: `${method} is not possible here; ${allowed} is.`,
    headers: { allow: allowed },
  })
}
