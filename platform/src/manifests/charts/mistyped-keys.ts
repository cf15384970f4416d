import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import type { Helm } from '../../tools/helm-and-kubectl.ts'
import type { Release } from '../releases.ts'
import { helmText } from '../render.ts'

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>> | undefined
  readonly items?: Schema | undefined
  readonly $ref?: string | undefined
}

const schema: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    properties: z.record(z.string(), schema).optional(),
    items: schema.optional(),
    $ref: z.string().optional(),
  }),
)
const whole = z.looseObject({ definitions: z.record(z.string(), schema).default({}) }).and(schema)

/** A key as somebody might mistype it, and its place: `dapr.sidecar.cpux17`. */
interface Typo {
  /** No other place has it: a refusal that names it speaks of this one. */
  readonly key: string
  readonly path: string
}

/**
 * Mistypes every key that the schema of a chart knows, at every level, and says which of them Helm would take. All at
 * once: a render per key would take minutes, and Helm lists every fault that it finds.
 */
export async function mistypedKeysTaken(
  root: string,
  helm: Helm,
  { values, ...release }: Release,
): Promise<string[]> {
  const file = join(root, `charts/${release.chart}/values.schema.json`)
  const top = whole.parse(JSON.parse(await readFile(file, 'utf8')))
  const typos: Typo[] = []
  const mistyped = withTypos(top, '', top.definitions, typos)
  const folder = await mkdtemp(join(tmpdir(), 'alta-typos-'))
  try {
    const path = join(folder, 'typos.yaml')
    await writeFile(path, stringify(mistyped))
    const outcome = await helmText(root, helm, { ...release, values: [...values, path] })
    if ('text' in outcome) return [`charts/${release.chart}: takes any key under Helm ${helm.major}`]
    // The two Helms word it differently; both name the key in quotes or after its path.
    return typos
      .filter(({ key }) => !new RegExp(`\\b${key}\\b`).test(outcome.refusal))
      .map(({ path }) => `charts/${release.chart}: Helm ${helm.major} takes ${path}, which is mistyped`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Values that fit a schema but for a mistyped sister of each key; undefined where no keys are. @param found gets them */
function withTypos(
  schema: Schema,
  path: string,
  definitions: Readonly<Record<string, Schema>>,
  found: Typo[],
): unknown {
  const { properties, items } = schema.$ref
    ? (definitions[schema.$ref.replace('#/definitions/', '')] ?? {})
    : schema
  if (items) {
    const item = withTypos(items, `${path}[0]`, definitions, found)
    return item === undefined ? undefined : [item]
  }
  if (!properties) return undefined
  const values: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(properties)) {
    const place = path === '' ? key : `${path}.${key}`
    const typo = `${key}x${found.length}`
    found.push({ key: typo, path: `${place}x${found.length}` })
    values[typo] = true
    const value = withTypos(inner, place, definitions, found)
    if (value !== undefined) values[key] = value
  }
  return values
}
