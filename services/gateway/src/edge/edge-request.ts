import type { IncomingMessage } from 'node:http'
import { notFound, Problem } from '@alta/kit/errors'
import { type BodyClass, bodyClassOf, upstreamOf } from '../routes.ts'
import { safePath } from './safe-path.ts'

/** A request that has somewhere to go. */
export interface EdgeRequest {
  method: EdgeMethod
  appId: string
  path: string
  /** With its question mark, or empty. */
  search: string
  bodyClass: BodyClass
  /** Path of the documented route, as `/api/v1/projects/{id}`; undefined when no service documents one. */
  template: string | undefined
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

const routeNotFound = () => notFound('route_not_found', 'There is nothing at this address.')

/** @throws {Problem} 400 `bad_path`, 404 `route_not_found` */
export function edgeRequest(method: EdgeMethod, target: string): Omit<EdgeRequest, 'template'> {
  const { path, search } = safePath(target)
  const appId = upstreamOf(path)
  if (!appId) throw routeNotFound()
  return { method, appId, path, search, bodyClass: bodyClassOf(method, path) }
}
