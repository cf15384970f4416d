import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { eachAtOnce } from '../system/each-at-once.ts'
import type { Manifest } from './objects.ts'
import { environments } from './releases.ts'
import { kustomize } from './render.ts'

export interface Built {
  /** What k8s/ and argocd/platform make in each environment. */
  readonly beside: ReadonlyMap<string, readonly Manifest[]>
  /** Folders that cannot be built, with kubectl's words. */
  readonly faults: readonly string[]
}

/** Built as well, so that they can be; no environment includes them. */
const byThemselves = ['argocd/settings', 'k8s/node', 'k8s/postgres/recovery']

/** Every folder of kustomize that an environment is made from. */
export async function overlays(
  root: string,
  places: readonly string[] = environments,
): Promise<{ readonly environment: string; readonly folder: string }[]> {
  const parts = ['argocd/platform', ...(await readdir(join(root, 'k8s'))).map((part) => `k8s/${part}`)]
  return places.flatMap((environment) =>
    parts
      .map((part) => ({ environment, folder: `${part}/overlays/${environment}` }))
      .filter(({ folder }) => existsSync(join(root, folder, 'kustomization.yaml'))),
  )
}

/**
 * Builds every folder of kustomize that something is installed from.
 * @param places environments
 */
export async function buildAll(root: string, kubectl: string, places?: readonly string[]): Promise<Built> {
  const faults: string[] = []
  const included = await overlays(root, places)
  const folders = [...included, ...byThemselves.map((folder) => ({ environment: '', folder }))]
  const built = await eachAtOnce(folders, async ({ environment, folder }) => {
    try {
      return { environment, objects: await kustomize(root, kubectl, folder) }
    } catch (error) {
      faults.push(String(error))
      return { environment, objects: [] }
    }
  })
  const groups = Map.groupBy(
    built.filter(({ environment }) => environment !== ''),
    ({ environment }) => environment,
  )
  return {
    beside: new Map([...groups].map(([one, group]) => [one, group.flatMap(({ objects }) => objects)])),
    faults,
  }
}
