import { z } from 'zod'
import { run } from '../../system/run.ts'
import { ensureGo, ensureKubeconform } from '../../tools/kubeconform.ts'
import { documentsOf } from '../objects.ts'
import type { Rendered } from '../render.ts'
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
export async function unlikeTheirDefinitions(
  cache: string,
  rendered: readonly Rendered[],
): Promise<string[]> {
  const go = await ensureGo()
  const [program, schemas] = [await ensureKubeconform(cache, go), await ensureCrdSchemas(cache, go)]
  const location = `${schemas}/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json`
  const args = ['-strict', '-output', 'json', '-ignore-missing-schemas', '-schema-location', location]
  const input = [...new Set(rendered.flatMap(({ text }) => documentsOf(text)))].join('\n---\n')
  const { stdout, stderr } = await run(program, args, { input, timeout: 120_000 })
  if (stdout === '') return [`kubeconform: ${stderr.trim() || 'said nothing'}`]
  const { resources } = answer.parse(JSON.parse(stdout))
  return resources
    .filter(({ status }) => status === 'statusInvalid' || status === 'statusError')
    .map(({ kind, name, msg }) => `kubeconform: ${kind} ${name}: ${msg}`)
}
