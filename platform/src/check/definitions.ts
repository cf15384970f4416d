import { unlikeTheirDefinitions } from '../manifests/definitions/conform.ts'
import { readSettings } from '../settings.ts'
import { rendersOf } from './renders.ts'

/** What the charts, k8s/ and argocd/ make, held against the operators' definitions of those kinds. */
export async function definitionFaults(root: string): Promise<string[]> {
  const { rendered, beside } = await rendersOf(root)
  const objects = [...rendered.flatMap(({ manifests }) => manifests), ...[...beside.values()].flat()]
  return unlikeTheirDefinitions(readSettings(root).cache, objects)
}
