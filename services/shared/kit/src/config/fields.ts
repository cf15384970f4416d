import { z } from 'zod'

/** One environment variable: a string, or nothing, turned into a value. */
export type Field<Value> = z.ZodType<Value, string | undefined>

/** What is said about a field when its value is wrong, and in `.env.example`. */
export interface FieldFacts {
  readonly expected: string
  /** As it would be written in the environment; undefined when the field has none. */
  readonly standard?: string | undefined
  /** Its value is never shown. */
  readonly secret?: boolean
}

export const fieldFacts = z.registry<FieldFacts, z.ZodType>()

interface NumberOptions {
  readonly default?: number
  readonly min?: number
  readonly max?: number
}

export const integer = (options: NumberOptions = {}): Field<number> =>
  numberField('a whole number', /^-?\d{1,15}$/, options)
export const fraction = (options: NumberOptions = {}): Field<number> =>
  numberField('a number', /^-?\d{1,15}(\.\d{1,15})?$/, options)
export const seconds = (options: NumberOptions = {}): Field<number> =>
  numberField('a whole number of seconds', /^\d{1,15}$/, { min: 0, ...options })
export const milliseconds = (options: NumberOptions = {}): Field<number> =>
  numberField('a whole number of milliseconds', /^\d{1,15}$/, { min: 0, ...options })
/** 0 asks the operating system for a free port. */
export const port = (options: { default?: number } = {}): Field<number> =>
  numberField('a port', /^\d{1,5}$/, { min: 0, max: 65535, ...options })

const byteUnits: Readonly<Record<string, number>> = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }

/** Written as bytes (`1048576`) or with KiB, MiB, GiB (`1MiB`). */
export function bytes(options: NumberOptions = {}): Field<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options
  return field(
    { expected: `a size such as 1048576 or 1MiB${range(options)}`, standard: options.default?.toString() },
    options.default,
    (text) => {
      const [, digits, unit = ''] = /^(\d{1,15})(KiB|MiB|GiB)?$/.exec(text) ?? []
      const value = Number(digits) * (byteUnits[unit] ?? Number.NaN)
      return value >= min && value <= max ? value : undefined
    },
  )
}

export function flag(options: { default?: boolean } = {}): Field<boolean> {
  const values: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false }
  return field(
    { expected: 'true or false', standard: options.default?.toString() },
    options.default,
    (text) => values[text],
  )
}

export function text(options: { default?: string; pattern?: RegExp; expected?: string } = {}): Field<string> {
  const { pattern, expected = pattern ? `text like ${pattern}` : 'text' } = options
  return field({ expected, standard: options.default }, options.default, (value) =>
    pattern === undefined || pattern.test(value) ? value : undefined,
  )
}

export function oneOf<const Word extends string>(
  words: readonly Word[],
  options: { default?: NoInfer<Word> } = {},
): Field<Word> {
  return field(
    { expected: `one of ${words.join(', ')}`, standard: options.default },
    options.default,
    (value) => words.find((word) => word === value),
  )
}

/** @param options.protocols without the colon; http and https by default */
export function url(options: { default?: string; protocols?: readonly string[] } = {}): Field<string> {
  const { protocols = ['http', 'https'] } = options
  return field(
    {
      expected: `a URL starting with ${protocols.map((p) => `${p}://`).join(' or ')}`,
      standard: options.default,
    },
    options.default,
    (value) =>
      URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1)) ? value : undefined,
  )
}

/** For what has a notation of its own. @param read undefined for what it does not understand */
export const notation = <Value>(expected: string, read: (text: string) => Value | undefined): Field<Value> =>
  field({ expected }, undefined, read)

export function secret(options: { default?: string; minimumLength?: number } = {}): Field<string> {
  const { minimumLength = 1 } = options
  const expected = minimumLength > 1 ? `a secret of at least ${minimumLength} characters` : 'a secret'
  return field({ expected, standard: options.default, secret: true }, options.default, (value) =>
    value.length >= minimumLength ? value : undefined,
  )
}

function numberField(what: string, form: RegExp, options: NumberOptions): Field<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options
  return field(
    { expected: `${what}${range(options)}`, standard: options.default?.toString() },
    options.default,
    (value) => (form.test(value) && Number(value) >= min && Number(value) <= max ? Number(value) : undefined),
  )
}

function range({ min, max }: NumberOptions): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  if (min !== undefined) return ` of at least ${min}`
  return max === undefined ? '' : ` of at most ${max}`
}

function field<Value>(
  facts: FieldFacts,
  standard: Value | undefined,
  read: (text: string) => Value | undefined,
): Field<Value> {
  const schema = z
    .string()
    .optional()
    .transform((raw, context): Value => {
      const value = raw === undefined ? standard : read(raw)
      if (value !== undefined) return value
      context.issues.push({ code: 'custom', message: facts.expected, input: raw })
      return z.NEVER
    })
  fieldFacts.add(schema, facts)
  return schema
}
