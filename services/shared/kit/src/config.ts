// The one place that config.ts of a service imports from.
import { z } from 'zod'
import type { ConfigOf } from './config/environment.ts'
import { type FieldFacts, fieldFacts } from './config/fields.ts'

export * from './config/environment.ts'
export {
  bytes,
  type Field,
  flag,
  fraction,
  integer,
  milliseconds,
  notation,
  oneOf,
  port,
  seconds,
  secret,
  text,
  url,
} from './config/fields.ts'

export type Fields = Readonly<Record<string, z.ZodType>>

export interface ConfigFault {
  readonly name: string
  readonly expected: string
  readonly found: string
}

export type ConfigResult<F extends Fields> =
  | { readonly config: ConfigOf<F>; readonly faults?: never }
  | { readonly faults: readonly ConfigFault[]; readonly config?: never }

/**
 * Reads the environment, or prints every fault of it at once and ends the process with code 1.
 * @param file the config.ts to open, from the root of the repository
 */
export function readConfig<F extends Fields>(file: string, fields: F): ConfigOf<F> {
  const result = parseConfig(fields, process.env)
  if (result.faults === undefined) return result.config
  process.stderr.write(describeFaults(file, result.faults))
  process.exit(1)
}

/** An empty variable counts as one that is not set. */
export function parseConfig<F extends Fields>(
  fields: F,
  environment: Readonly<Record<string, string | undefined>>,
): ConfigResult<F> {
  const found = Object.fromEntries(Object.keys(fields).map((name) => [name, environment[name] || undefined]))
  const parsed = z.object(fields).safeParse(found)
  // z.object(fields) yields exactly the output of each field: what ConfigOf spells out.
  if (parsed.success) return { config: parsed.data as ConfigOf<F> }

  const faults = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0])
    const facts = fields[name] && factsOf(fields[name])
    return {
      name,
      expected: facts?.expected ?? message,
      found: describeFound(name, found[name], facts?.secret ?? false),
    }
  })
  return { faults: [...new Map(faults.map((fault) => [fault.name, fault])).values()] }
}

/** What was said about a field where it was made; looks through `.optional()` and `.default()`. */
export function factsOf(schema: z.ZodType): FieldFacts | undefined {
  const facts = fieldFacts.get(schema)
  if (facts) return facts
  const inner = 'innerType' in schema.def ? schema.def.innerType : undefined
  return inner instanceof z.ZodType ? factsOf(inner) : undefined
}

export function describeFaults(file: string, faults: readonly ConfigFault[]): string {
  const width = Math.max(...faults.map(({ name }) => name.length))
  const lines = faults.map(
    ({ name, expected, found }) => `  ${name.padEnd(width)}  expected ${expected}; found ${found}`,
  )
  const count = faults.length === 1 ? 'One setting is wrong' : `${faults.length} settings are wrong`
  return `${count}:\n${lines.join('\n')}\nEach setting is described in ${file}.\n`
}

function describeFound(name: string, value: string | undefined, secret: boolean): string {
  if (value === undefined) return 'nothing'
  // A URL may carry a password, and a mistyped one cannot be taken apart safely.
  const hidden = secret || /PASSWORD|SECRET|TOKEN|KEY|CREDENTIAL/.test(name) || value.includes('@')
  return hidden ? 'something else (not shown)' : JSON.stringify(value.slice(0, 80))
}
