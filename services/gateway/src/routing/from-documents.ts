import { z } from 'zod'
import { type RouteEntry, type RoutesFile, routeEntry } from './route-entry.ts'

type Schema = Record<string, unknown>
const schema = z.record(z.string(), z.unknown())

const operation = z.looseObject({
  /** Empty: anyone may call it. */
  security: z.array(schema).optional(),
  'x-permission': z.string().optional(),
  'x-maximum-bytes': z.number().optional(),
  'x-limits': z
    .strictObject({ cost: z.number().optional(), policies: z.array(z.string()).optional() })
    .default({}),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.enum(['path', 'query', 'header', 'cookie']),
        required: z.boolean().default(false),
        schema: schema.default({}),
      }),
    )
    .default([]),
  requestBody: z
    .looseObject({
      required: z.boolean().default(false),
      content: z.record(
        z.string(),
        z.looseObject({
          schema: schema.default({}),
          encoding: z.record(z.string(), z.looseObject({})).optional(),
        }),
      ),
    })
    .optional(),
})
type Operation = z.infer<typeof operation>

const serviceDocument = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operation)).default({}),
  components: z.looseObject({ schemas: z.record(z.string(), schema).default({}) }).default({ schemas: {} }),
})

/**
 * The routes of all services, out of their OpenAPI documents: of each only those that the gateway sends there.
 * Only an operation that says `security: []` itself is public: one that says nothing is taken for an oversight and
 * needs a token.
 */
export function routesFromDocuments(
  documents: Readonly<Record<string, unknown>>,
  upstreamOf: (path: string) => string | undefined,
): RoutesFile {
  const routes: RouteEntry[] = []
  const definitions: Record<string, Schema> = {}
  for (const [upstream, document] of Object.entries(documents)) {
    const { paths, components } = serviceDocument.parse(document)
    for (const [path, operations] of Object.entries(paths)) {
      if (upstreamOf(path) !== upstream) continue
      for (const [method, each] of Object.entries(operations)) {
        const entry = { method: method.toUpperCase(), path, upstream, ...entryOf(each) }
        // Checked again where it is read; a wrong one should not be written.
        routes.push(routeEntry.parse(withReferences(entry, upstream)))
      }
    }
    for (const name of reachable(JSON.stringify(routes), upstream, components.schemas)) {
      definitions[`${upstream}.${name}`] = schema.parse(
        withReferences(plain(components.schemas[name]), upstream),
      )
    }
  }
  routes.sort((one, other) => one.path.localeCompare(other.path) || one.method.localeCompare(other.method))
  return { routes, definitions }
}

/** A file is hashed, stored, read page by page and paid for. */
const UPLOAD_COST = 5

function entryOf({ security, parameters, requestBody, ...rest }: Operation) {
  const part = (place: 'path' | 'query' | 'header') => {
    const named = parameters.filter((one) => one.in === place && one.name !== 'idempotency-key')
    if (named.length === 0) return undefined
    return {
      type: 'object',
      properties: Object.fromEntries(named.map((one) => [one.name, plain(one.schema)])),
      required: named.filter((one) => one.required).map(({ name }) => name),
    }
  }
  const permission = rest['x-permission']
  const json = requestBody?.content['application/json']
  const form = requestBody?.content['multipart/form-data']
  // A part of a file, which is counted with the whole.
  const chunk = requestBody?.content['application/offset+octet-stream']
  const limits = rest['x-limits']
  const isAudio = String(form?.encoding?.file?.contentType).startsWith('audio/')
  return {
    policy: security?.length === 0 ? 'anyone' : permission ? `may ${permission}` : 'signedIn',
    body: form ? (isAudio ? 'audio' : 'document') : chunk ? 'document' : json ? 'json' : 'none',
    ...(json ? { maximumBytes: rest['x-maximum-bytes'], bodyRequired: requestBody?.required } : {}),
    cost: limits.cost ?? (form ? UPLOAD_COST : undefined),
    policies: limits.policies,
    params: part('path'),
    query: part('query'),
    headers: part('header'),
    json: json && plain(json.schema),
  }
}

/** Names below one of these are names of properties, not words of JSON Schema. */
const namesProperties = new Set(['properties', '$defs'])

/** Without what only people read, and without defaults, which the service sets. */
function plain(value: unknown, isProperties = false): unknown {
  if (Array.isArray(value)) return value.map((one) => plain(one))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(
    ([name]) => isProperties || !['description', 'default', 'examples', 'title'].includes(name),
  )
  return Object.fromEntries(
    kept.map(([name, inner]) => [name, plain(inner, namesProperties.has(name) && !isProperties)]),
  )
}

const COMPONENT = '#/components/schemas/'

function withReferences(value: unknown, upstream: string): unknown {
  const text = JSON.stringify(value, (key, inner: unknown) =>
    key === '$ref' && typeof inner === 'string'
      ? inner.replace(COMPONENT, `definitions#/$defs/${upstream}.`)
      : inner,
  )
  return JSON.parse(text)
}

/** Names of the component schemas that requests refer to, also by way of others. */
function reachable(text: string, upstream: string, schemas: Readonly<Record<string, Schema>>): Set<string> {
  const found = new Set<string>()
  const open = [text]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const name of Object.keys(schemas)) {
      if (found.has(name)) continue
      const isNamed =
        next.includes(`"definitions#/$defs/${upstream}.${name}"`) || next.includes(`"${COMPONENT}${name}"`)
      if (!isNamed) continue
      found.add(name)
      open.push(JSON.stringify(schemas[name]))
    }
  }
  return found
}
