import { knownRoutes } from './known-routes.ts'
import type { RouteTable } from './route-table.ts'

export type BodyClass = 'json' | 'document' | 'audio'

let table: RouteTable | undefined

/** Requests that carry a file have limits by its kind. All others are JSON, with a small body and little time to send it. */
export function bodyClassOf(method: string, path: string): BodyClass {
  table ??= knownRoutes()
  const found = table.find(method, path)
  const body = found && 'route' in found ? found.route.body : 'none'
  return body === 'none' ? 'json' : body
}
