import { isDeepStrictEqual } from 'node:util'
import { upstreamOf } from '../routes.ts'
import { withLimits } from './documented-limits.ts'
import type { OpenApiDocument } from './openapi-document.ts'

/**
 * One document out of those of the services. Of each, only the paths that the gateway sends to it count,
 * so what a service has for its sidecar stays private, and each is said to be limited. Where two services have different schemas of
 * one name, the later one gets its app-id in front.
 */
export function mergeDocuments(
  own: OpenApiDocument,
  documents: ReadonlyMap<string, OpenApiDocument>,
  missing: readonly string[],
): Record<string, unknown> {
  const paths: OpenApiDocument['paths'] = { ...own.paths }
  const components: OpenApiDocument['components'] = structuredClone(own.components)
  const tags = new Map(own.tags.map((tag) => [tag.name, tag]))

  for (const [appId, original] of documents) {
    const document = withoutClashes(appId, original, components)
    for (const [path, operations] of Object.entries(document.paths)) {
      if (upstreamOf(path) === appId) paths[path] = mapped(operations, withLimits)
    }
    for (const [kind, named] of Object.entries(document.components)) {
      components[kind] = { ...components[kind], ...named }
    }
    for (const tag of document.tags) if (!tags.has(tag.name)) tags.set(tag.name, tag)
  }
  return {
    ...own,
    paths: Object.fromEntries(Object.entries(paths).sort(([one], [other]) => one.localeCompare(other))),
    components,
    tags: [...tags.values()],
    'x-alta-missing': [...missing],
  }
}

const mapped = <Value>(
  named: Readonly<Record<string, Value>>,
  change: (value: Value) => Value,
): Record<string, Value> =>
  Object.fromEntries(Object.entries(named).map(([name, value]) => [name, change(value)]))

function withoutClashes(
  appId: string,
  document: OpenApiDocument,
  taken: OpenApiDocument['components'],
): OpenApiDocument {
  const renamed = new Map<string, string>()
  const components: OpenApiDocument['components'] = {}
  for (const [kind, named] of Object.entries(document.components)) {
    const entries = Object.entries(named).map(([name, value]) => {
      const there = taken[kind]?.[name]
      if (there === undefined || isDeepStrictEqual(there, value)) return [name, value] as const
      const other = `${appId}.${name}`
      renamed.set(`#/components/${kind}/${name}`, `#/components/${kind}/${other}`)
      return [other, value] as const
    })
    components[kind] = Object.fromEntries(entries)
  }
  if (renamed.size === 0) return document
  return withReferences({ ...document, components }, renamed)
}

/** A copy in which every `$ref` follows the renaming. */
function withReferences<Value>(value: Value, renamed: ReadonlyMap<string, string>): Value {
  const text = JSON.stringify(value, (key, inner: unknown) =>
    key === '$ref' && typeof inner === 'string' ? (renamed.get(inner) ?? inner) : inner,
  )
  // The same value but for strings under `$ref`.
  return JSON.parse(text) as Value
}
