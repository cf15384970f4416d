import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { run } from '../../system/run.ts'
import { ensureGo, ensureKubeconform } from '../../tools/kubeconform.ts'
import type { Manifest } from '../objects.ts'
import { ensureCrdSchemas } from './schemas.ts'

const answer = z.looseObject({
  resources: z
    .array(z.looseObject({ name: z.string(), kind: z.string(), status: z.string(), msg: z.string() }))
    .default([]),
})

/**
 * Objects of kinds that operators define, held against those definitions: an unknown field, a number where a text is
 * wanted. Kubernetes' own kinds are for the API server to judge.
 * @throws {ToolMissing} where there is no Go to get the definitions with
 */
export async function unlikeTheirDefinitions(cache: string, objects: readonly Manifest[]): Promise<string[]> {
  const go = await ensureGo()
  const [program, schemas] = [await ensureKubeconform(cache, go), await ensureCrdSchemas(cache, go)]
  const location = `${schemas}/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json`
  const args = ['-strict', '-output', 'json', '-ignore-missing-schemas', '-schema-location', location]
  // What was read from the same text is one object.
  const distinct = [...new Set(objects)]
  const input = distinct.map((object) => JSON.stringify(object)).join('\n---\n')
  const { stdout, stderr } = await run(program, args, { input, timeout: 120_000 })
  if (stdout === '') return [`kubeconform: ${stderr.trim() || 'said nothing'}`]
  const { resources } = answer.parse(JSON.parse(stdout))
  return [
    ...resources
      .filter(({ status }) => status === 'statusInvalid' || status === 'statusError')
      .map(({ kind, name, msg }) => `kubeconform: ${kind} ${name}: ${msg}`),
    ...new Set(distinct.flatMap((object) => undefinedKind(object, schemas))),
  ]
}

/** A kind whose definition is not here would pass whatever it says. */
function undefinedKind({ apiVersion, kind }: Manifest, schemas: string): string[] {
  const [group = '', version] = apiVersion.split('/')
  const own = !group.includes('.') || ofKubernetes.test(group)
  const file = join(schemas, group, `${kind.toLowerCase()}_${version}.json`)
  return own || existsSync(file) ? [] : [`nobody defines ${apiVersion} ${kind}: see definitions/modules.ts`]
}
/** Its own groups; `gateway.networking.k8s.io` comes as definitions. */
const ofKubernetes = /^(rbac\.authorization|networking|storage|scheduling|policy)\.k8s\.io$/
