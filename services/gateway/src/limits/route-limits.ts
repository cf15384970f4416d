import type { RouteEntry } from '../routing/route-entry.ts'
import type { PolicyName } from './policies.ts'

/** What a request is counted as. */
export interface Counted {
  /** Units that it takes from each of its counters. */
  cost: number
  /** Beside those that hold for every request. */
  policies: readonly PolicyName[]
}

/** The dearest of all; a burst below it would refuse such a request for ever. */
export const DEAREST = 10

/** What goes to a service: as the service declares it, so that a route that is renamed keeps its limits. */
export const countedAs = ({ cost = 1, policies = [] }: RouteEntry): Counted => ({ cost, policies })

/**
 * What the gateway answers itself, refusals and addresses that are none too. Express takes a slash at the end as well.
 */
export const ownCountedAs = (path: string): Counted => ({
  cost: /^\/openapi\.json\/?$/.test(path) ? DEAREST : 1,
  policies: [],
})
