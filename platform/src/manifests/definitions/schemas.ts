import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { type DefinitionsModule, definitionFiles, definitionsModules } from './modules.ts'

type Schema = { readonly [keyword: string]: unknown }

const definition = z.looseObject({
  kind: z.literal('CustomResourceDefinition'),
  spec: z.looseObject({
    group: z.string(),
    names: z.looseObject({ kind: z.string() }),
    versions: z.array(
      z.looseObject({
        name: z.string(),
        schema: z.looseObject({ openAPIV3Schema: z.record(z.string(), z.unknown()) }),
      }),
    ),
  }),
})

/**
 * Folder of JSON schemas for kubeconform, made once per list of modules.
 * @returns `<group>/<kind>_<version>.json` in it, all lower case
 */
export async function ensureCrdSchemas(cache: string, go: string): Promise<string> {
  const code = createHash('sha256')
    .update(JSON.stringify(definitionsModules))
    .update('form 2')
    .digest('hex')
    .slice(0, 12)
  const folder = join(cache, `crd-schemas-${code}`)
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.${process.pid}`
  try {
    for (const module of definitionsModules) await writeSchemas(go, module, unfinished)
    // Another checkout may have been faster: then its folder is the same.
    if (!existsSync(folder)) await rename(unfinished, folder)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return folder
}

async function writeSchemas(go: string, module: DefinitionsModule, to: string): Promise<void> {
  for (const file of await definitionFiles(go, module)) {
    for (const document of parseAllDocuments(await readFile(file, 'utf8'))) {
      const found = definition.safeParse(document.toJS())
      if (!found.success) continue
      const { group, names, versions } = found.data.spec
      await mkdir(join(to, group), { recursive: true })
      for (const { name, schema } of versions) {
        const path = join(to, group, `${names.kind.toLowerCase()}_${name}.json`)
        await writeFile(path, JSON.stringify(closed(schema.openAPIV3Schema, true)))
      }
    }
  }
}

/** Istio's definitions do not name them, and nobody's describe what is in `metadata`. */
const everyObjects = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { type: 'object' },
}

/** What the API server adds by itself: fields that are not named do not exist, and int-or-string is either. */
function closed(schema: Schema, isTop = false): Schema {
  const { properties, items, additionalProperties, ...rest } = schema
  const result: Record<string, unknown> = { ...rest }
  if (schema['x-kubernetes-int-or-string']) {
    delete result.type
    result.anyOf = [{ type: 'integer' }, { type: 'string' }]
  }
  if (isSchema(properties)) {
    const inner = Object.entries(properties).map(([name, value]) => [
      name,
      isSchema(value) ? closed(value) : value,
    ])
    result.properties = { ...Object.fromEntries(inner), ...(isTop ? everyObjects : {}) }
    if (!schema['x-kubernetes-preserve-unknown-fields']) result.additionalProperties = false
  }
  if (isSchema(items)) result.items = closed(items)
  if (additionalProperties !== undefined)
    result.additionalProperties = isSchema(additionalProperties)
      ? closed(additionalProperties)
      : additionalProperties
  return result
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
