import fc from 'fast-check'

/** As much of JSON Schema as the API's documentation uses. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: boolean | Schema
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
}
export type Components = Readonly<Record<string, Schema>>

/** Whatever JSON can carry, and what parsers, databases and people's languages have stumbled over. */
export const broken: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.constantFrom(
    ...[
      '',
      ' ',
      '\0',
      '\ud800',
      '\u202e',
      'ﬀ',
      'İ',
      '%00',
      '../..',
      "' or 1=1--",
      `\${7*7}`,
      '{{7*7}}',
      '$(id)',
    ],
    ...[
      '<script>',
      '\r\nX-A: b',
      '=1+1',
      'a'.repeat(10_000),
      '1e999',
      'NaN',
      'null',
      'true',
      '00',
      '-0',
      '1_000',
    ],
    ...[-1, 0, 2 ** 31, 2 ** 53, 1e308, -1e-308, 0.1, null, true, [], {}, [[]]],
    ...[
      '9999-12-31T23:59:59Z',
      '0000-01-01T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '00000000-0000-0000-0000-000000000000',
    ],
  ),
)

/** Values as the schema asks for them, with its limits just kept and just broken. */
export function fitting(schema: Schema, components: Components, depth = 0): fc.Arbitrary<unknown> {
  if (depth > 6) return fc.constant(null)
  const inner = (one: Schema) => fitting(one, components, depth + 1)
  if (schema.$ref) return inner(components[schema.$ref.split('/').at(-1) ?? ''] ?? {})
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fc.oneof(...choices.map(inner))
  if (schema.allOf) {
    return fc.tuple(...schema.allOf.map(inner)).map((parts) => Object.assign({}, ...parts))
  }
  const types = [schema.type ?? 'any'].flat()
  return fc.oneof(...types.map((type) => ofType(type, schema, inner)))
}

function ofType(
  type: string,
  schema: Schema,
  inner: (one: Schema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  if (type === 'null') return fc.constant(null)
  if (type === 'boolean') return fc.boolean()
  if (type === 'integer' || type === 'number') return numberOf(type, schema)
  if (type === 'string') return textOf(schema)
  if (type === 'array') return fc.array(inner(schema.items ?? {}), { maxLength: 4 })
  if (type !== 'object') return broken
  const { properties = {}, required = [] } = schema
  const known = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, inner(one)])),
    {
      requiredKeys: required.filter((name) => name in properties),
    },
  )
  // What nobody asked for: a field too many, one that is privileged elsewhere, one that is everybody's prototype.
  const more = fc.constantFrom(
    {},
    {},
    {},
    { extra: 1 },
    { tenantId: 'x', roles: ['admin'] },
    { id: 1, constructor: 1 },
  )
  return fc.tuple(known, more).map(([fields, others]) => ({ ...fields, ...others }))
}

function numberOf(type: string, { minimum = -1_000, maximum = 1_000 }: Schema): fc.Arbitrary<number> {
  const low = Math.ceil(Math.max(minimum, -(2 ** 31)))
  const high = Math.floor(Math.min(maximum, 2 ** 31 - 1))
  const within = low <= high ? fc.integer({ min: low, max: high }) : fc.constant(low)
  return fc.oneof(within, fc.constantFrom(low - 1, high + 1, ...(type === 'number' ? [0.5] : [])))
}

function textOf({ format, minLength = 0, maxLength = 100 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid()
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString())
  if (format === 'email') return fc.emailAddress()
  const longest = Math.min(maxLength, 200)
  return fc.string({ unit: 'grapheme', minLength: Math.min(minLength, longest), maxLength: longest })
}
