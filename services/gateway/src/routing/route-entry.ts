import { permissions } from '@alta/kit/auth/permissions'
import { z } from 'zod'
import { DEAREST } from '../limits/route-limits.ts'

/** JSON Schema, 2020-12. */
const schema = z.record(z.string(), z.unknown())

/** What the gateway knows of a route: the part of its service's OpenAPI document that is about requests. */
const entry = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  /** As `/api/v1/projects/{id}`. */
  path: z.string().startsWith('/'),
  /** App-id of the service that answers. */
  upstream: z.string().min(1),
  policy: z.union([z.enum(['anyone', 'signedIn']), z.templateLiteral(['may ', z.enum(permissions)])]),
  /** What it takes: no body, JSON, or a file of a kind. */
  body: z.enum(['none', 'json', 'document', 'audio']),
  /** Of a JSON body. */
  maximumBytes: z.int().optional(),
  /** False: the JSON body may be left out. */
  bodyRequired: z.boolean().optional(),
  /** Units that a request takes from each limit that counts it; 1 unless told. */
  cost: z.int().min(1).max(DEAREST).optional(),
  /** Limits that count it besides. */
  policies: z.array(z.enum(['sign-in', 'refresh'])).optional(),
  params: schema.optional(),
  query: schema.optional(),
  headers: schema.optional(),
  json: schema.optional(),
})

export const routeEntry = entry.refine(
  ({ cost = 1, policies = [] }) => cost === 1 || policies.length === 0,
  'a limit of its own may have a burst of 1, which what costs more would never pass',
)

export type RouteEntry = z.infer<typeof routeEntry>

/** Requests that carry a file have limits by its kind. All others are JSON, with a small body and little time to send it. */
export type BodyClass = Exclude<RouteEntry['body'], 'none'>

export const routesFile = z.strictObject({
  routes: z.array(routeEntry),
  /** Schemas that others refer to, as `definitions#/$defs/<app-id>.<name>`. */
  definitions: z.record(z.string(), schema),
})

export type RoutesFile = z.infer<typeof routesFile>
