import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { run } from '../../system/run.ts'
import { ToolMissing } from '../../tools/missing.ts'

/** Go modules that hold the definitions of the kinds that our charts make. None is committed here. */
const sources = [
  { module: 'github.com/argoproj/argo-rollouts@v1.9.1', folder: 'manifests/crds' },
  { module: 'github.com/kedacore/keda/v2@v2.20.2', folder: 'config/crd/bases' },
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.93.0',
    folder: 'example/prometheus-operator-crd',
  },
  { module: 'github.com/dapr/dapr@v1.18.2', folder: 'charts/dapr/crds' },
  { module: 'istio.io/api@v1.30.3', folder: 'kubernetes' },
  { module: 'sigs.k8s.io/gateway-api@v1.6.1', folder: 'config/crd/standard' },
  { module: 'github.com/cert-manager/cert-manager@v1.21.1', folder: 'deploy/crds' },
  { module: 'github.com/external-secrets/external-secrets@v1.3.2', folder: 'config/crds/bases' },
  { module: 'github.com/rabbitmq/messaging-topology-operator@v1.20.1', folder: 'config/crd/bases' },
] as const

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
    .update(JSON.stringify(sources))
    .update('form 2')
    .digest('hex')
    .slice(0, 12)
  const folder = join(cache, `crd-schemas-${code}`)
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.${process.pid}`
  try {
    for (const source of sources) await writeSchemas(go, source, unfinished)
    // Another checkout may have been faster: then its folder is the same.
    if (!existsSync(folder)) await rename(unfinished, folder)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return folder
}

async function writeSchemas(go: string, { module, folder }: (typeof sources)[number], to: string) {
  const { code, stdout, stderr } = await run(go, ['mod', 'download', '-json', module], { timeout: 600_000 })
  if (code !== 0)
    throw new ToolMissing(`${module} could not be fetched: ${stderr || stdout}`, `go mod download ${module}`)
  const { Dir } = z.looseObject({ Dir: z.string() }).parse(JSON.parse(stdout))
  const files = (await readdir(join(Dir, folder))).filter((file) => file.endsWith('.yaml'))
  for (const file of files) {
    for (const document of parseAllDocuments(await readFile(join(Dir, folder, file), 'utf8'))) {
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
