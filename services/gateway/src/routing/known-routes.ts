import { readFileSync } from 'node:fs'
import { routesFile } from './route-entry.ts'
import { type RouteTable, routeTable } from './route-table.ts'

/** Every public route of the platform, as `make generate` has written it down from the services' documents. */
export function knownRoutes(): RouteTable {
  const text = readFileSync(new URL('generated/routes.json', import.meta.url), 'utf8')
  return routeTable(routesFile.parse(JSON.parse(text)))
}
