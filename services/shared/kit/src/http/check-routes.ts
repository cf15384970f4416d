import type { Route } from './route.ts'
import type { RouteServices } from './run-route.ts'

/** What is wrong with the routes of an app, one sentence each: mistakes of ours that must not reach a caller. */
export function faultsOfRoutes(routes: readonly Route[], services: RouteServices): string[] {
  const faults: string[] = []
  const seen = new Set<string>()
  for (const route of routes) {
    const name = `${route.method.toUpperCase()} ${route.path}`
    // Parameters have no names for the router: /a/:id and /a/:key are one route.
    const shape = `${route.method} ${route.path.replaceAll(/:\w+/g, ':')}`
    if (seen.has(shape)) faults.push(`${name} is declared twice`)
    seen.add(shape)
    if (!route.policy) faults.push(`${name} has no policy`)
    else if (route.policy.needsToken && !services.verifyToken)
      faults.push(`${name} needs tokens to be verified`)
    if (Object.keys(route.answers ?? {}).length === 0) faults.push(`${name} declares no answer`)
    if (route.upload && !services.files)
      faults.push(`${name} takes files, but the service has no file storage`)
    if (route.upload && route.body) faults.push(`${name} has both a body and an upload`)
    if (route.method === 'get' && (route.body || route.upload)) faults.push(`${name} is a GET with a body`)
    if (route.question && (route.method !== 'post' || route.idempotent || route.upload))
      faults.push(`${name} is a question, so it is a POST, creates nothing and takes no file`)
    if (route.fleeting && (route.method === 'get' || route.audited || route.question))
      faults.push(`${name} is fleeting, so it changes something that is not worth an entry in the audit log`)
    if (route.idempotent && !services.idempotency)
      faults.push(`${name} is idempotent, but answers are kept nowhere`)
    if (route.audited && !services.audit)
      faults.push(`${name} is audited, but the service has no database to note it in`)
    const declared = new Set(Object.keys(route.params?.shape ?? {}))
    for (const [, parameter = ''] of route.path.matchAll(/[:*](\w+)/g)) {
      if (!declared.delete(parameter)) faults.push(`${name} has no schema for its parameter "${parameter}"`)
    }
    for (const parameter of declared)
      faults.push(`${name} has a schema for "${parameter}", which is not in its path`)
  }
  return faults
}
