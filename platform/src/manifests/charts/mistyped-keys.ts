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
  readonly additionalProperties?: unknown
  readonly patternProperties?: unknown
  readonly $ref?: string | undefined
}

const schema: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    properties: z.record(z.string(), schema).optional(),
    additionalProperties: z.unknown().optional(),
    patternProperties: z.unknown().optional(),
    $ref: z.string().optional(),
  }),
)
const whole = z.looseObject({ definitions: z.record(z.string(), schema).default({}) }).and(schema)

/** A key as somebody might mistype it. */
const mistyped = (key: string): string => `${key}x`

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
  const wrong: string[] = []
  const typos = typosOf(top, top.definitions, wrong)
  const folder = await mkdtemp(join(tmpdir(), 'alta-typos-'))
  try {
    const path = join(folder, 'typos.yaml')
    await writeFile(path, stringify(typos))
    const outcome = await helmText(root, helm, { ...release, values: [...values, path] })
    if ('text' in outcome) return [`charts/${release.chart}: takes any key under Helm ${helm.major}`]
    // The two Helms word it differently; both name the key in quotes or after its path.
    return wrong
      .filter((key) => !new RegExp(`\\b${key}\\b`).test(outcome.refusal))
      .map((key) => `charts/${release.chart}: Helm ${helm.major} takes ${key}, which is mistyped`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Values with a mistyped sister of each key. @param found gets the mistyped keys */
function typosOf(
  { properties = {} }: Schema,
  definitions: Readonly<Record<string, Schema>>,
  found: string[],
): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(properties)) {
    const referred = inner.$ref ? definitions[inner.$ref.replace('#/definitions/', '')] : inner
    values[mistyped(key)] = true
    found.push(mistyped(key))
    if (referred?.properties) values[key] = typosOf(referred, definitions, found)
  }
  return values
}
