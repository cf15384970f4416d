import { buildAll } from '../manifests/kustomizations.ts'
import type { Manifest } from '../manifests/objects.ts'
import { installed, type Release, tried } from '../manifests/releases.ts'
import { type Rendered, render } from '../manifests/render.ts'
import { readSettings } from '../settings.ts'
import { eachAtOnce } from '../system/each-at-once.ts'
import { ensureHelms, ensureKubectl } from '../tools/helm-and-kubectl.ts'

export interface Renders {
  readonly rendered: readonly Rendered[]
  /** Releases that try a feature. */
  readonly features: readonly Release[]
  /** What k8s/ and argocd/ make in each environment. */
  readonly beside: ReadonlyMap<string, readonly Manifest[]>
  /** What could not be made. */
  readonly faults: readonly string[]
}

const begun = new Map<string, Promise<Renders>>()

/**
 * Everything that is installed and every file of ci/, as Helm 4 and kustomize make it; once, because several checks
 * look at it.
 * @param only one environment, and no file of ci/
 * @throws {ToolMissing} without Helm
 */
export function rendersOf(root: string, only?: string): Promise<Renders> {
  const key = JSON.stringify([root, only])
  const known = begun.get(key)
  if (known) return known
  const made = renderAll(root, only)
  begun.set(key, made)
  return made
}

async function renderAll(root: string, only: string | undefined): Promise<Renders> {
  const { cache } = readSettings(root)
  const [four] = await ensureHelms(cache)
  const kubectl = await ensureKubectl(cache)
  const places = only ? [only] : undefined
  const features = only ? [] : [...(await tried(root)), ...(await tried(root, 'platform'))]
  const faults: string[] = []
  const releases = [...(await installed(root, places)), ...features]
  const rendered = await eachAtOnce(releases, async (release) => {
    const outcome = await render(root, four, release)
    if ('rendered' in outcome) return [outcome.rendered]
    faults.push(`${release.title}: ${outcome.refusal}`)
    return []
  })
  const built = await buildAll(root, kubectl, places)
  return { rendered: rendered.flat(), features, beside: built.beside, faults: [...faults, ...built.faults] }
}
