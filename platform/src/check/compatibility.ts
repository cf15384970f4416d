/** A JSON Schema as zod writes it, with everything inlined. */
export type Schema = { readonly [keyword: string]: unknown }

/** What a contract may not do to those who hold events or code of the last release. */
export interface Incompatibility {
  /** Where in `data`, as in `data.pages[].confidence`. */
  readonly path: string
  readonly reason: string
}

/** They say something to readers and nothing to validators. */
const annotations = new Set(['$schema', 'title', 'description', 'examples', 'default', '$comment', 'id'])
/** Compared part by part below. */
const structural = new Set(['properties', 'required', 'items', 'prefixItems', 'anyOf', 'oneOf', 'allOf'])

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const schemasOf = (value: unknown): Schema[] => (Array.isArray(value) ? value.filter(isSchema) : [])
const namesOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
const propertiesOf = ({ properties }: Schema): Schema => (isSchema(properties) ? properties : {})

/**
 * What stands between a contract and its last release. Both directions count: services of the last release
 * receive new events while a new one is rolled out, and new code reads the events that are stored. So a
 * version may gain optional fields where it was open for more, and nothing else; everything else is a new contract,
 * `…v2`, beside it.
 */
export function incompatibilities(released: Schema, current: Schema, path = 'data'): Incompatibility[] {
  // What else differs between two types follows from it.
  if (wordFor(released.type) !== wordFor(current.type)) {
    return [{ path, reason: `type ${wordFor(released.type)} became ${wordFor(current.type)}` }]
  }
  return [
    ...changedKeywords(released, current, path),
    ...changedProperties(released, current, path),
    ...changedLists(released, current, path),
  ]
}

function changedKeywords(released: Schema, current: Schema, path: string): Incompatibility[] {
  const keywords = new Set([...Object.keys(released), ...Object.keys(current)])
  return [...keywords]
    .filter((keyword) => !annotations.has(keyword) && !structural.has(keyword))
    .flatMap((keyword) => {
      const [before, after] = [released[keyword], current[keyword]]
      if (isSchema(before) && isSchema(after)) return incompatibilities(before, after, `${path}{}`)
      if (JSON.stringify(before) === JSON.stringify(after)) return []
      return [{ path, reason: `${keyword} ${wordFor(before)} became ${wordFor(after)}` }]
    })
}

function changedProperties(released: Schema, current: Schema, path: string): Incompatibility[] {
  const [before, after] = [propertiesOf(released), propertiesOf(current)]
  const [neededBefore, neededNow] = [namesOf(released.required), namesOf(current.required)]
  const kept = Object.keys(before).flatMap((name): Incompatibility[] => {
    const at = `${path}.${name}`
    const [was, is] = [before[name], after[name]]
    if (!isSchema(is)) return [{ path: at, reason: 'was removed; services of the last release read it' }]
    const needed =
      neededBefore.includes(name) === neededNow.includes(name)
        ? []
        : [
            neededNow.includes(name)
              ? { path: at, reason: 'is required now; stored events may lack it' }
              : { path: at, reason: 'is optional now; services of the last release rely on it' },
          ]
    return [...needed, ...(isSchema(was) ? incompatibilities(was, is, at) : [])]
  })
  const isClosed = released.additionalProperties === false
  const added = Object.keys(after)
    .filter((name) => !(name in before) && (isClosed || neededNow.includes(name)))
    .map((name) => ({
      path: `${path}.${name}`,
      reason: isClosed
        ? 'is new; services of the last release refuse what they do not know here'
        : 'is new and required; stored events lack it',
    }))
  return [...kept, ...added]
}

function changedLists(released: Schema, current: Schema, path: string): Incompatibility[] {
  const items =
    isSchema(released.items) || isSchema(current.items)
      ? incompatibilities(schemaOr(released.items), schemaOr(current.items), `${path}[]`)
      : []
  const choices = ['prefixItems', 'anyOf', 'oneOf', 'allOf'].flatMap((keyword) => {
    const [before, after] = [schemasOf(released[keyword]), schemasOf(current[keyword])]
    if (before.length !== after.length) {
      return [
        { path, reason: `has ${after.length} alternatives in ${keyword} where it had ${before.length}` },
      ]
    }
    return before.flatMap((schema, index) => incompatibilities(schema, schemaOr(after[index]), path))
  })
  return [...items, ...choices]
}

const schemaOr = (value: unknown): Schema => (isSchema(value) ? value : {})
const wordFor = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))
