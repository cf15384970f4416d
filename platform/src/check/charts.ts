import { faultsUnder } from '../manifests/charts/both-helms.ts'
import { mistypedKeysTaken } from '../manifests/charts/mistyped-keys.ts'
import { policies } from '../manifests/policies/all.ts'
import { readFacts, scenesOf } from '../manifests/policies/scene.ts'
import type { Release } from '../manifests/releases.ts'
import { lint } from '../manifests/render.ts'
import { readSettings } from '../settings.ts'
import { eachAtOnce } from '../system/each-at-once.ts'
import { ensureHelms, type Helm } from '../tools/helm-and-kubectl.ts'
import { rendersOf } from './renders.ts'

/**
 * The charts: every service and the platform, in every environment and with every file of ci/, rendered alike by both
 * Helms; every mistyped key is refused; what comes out is looked at by all policies, together with what k8s/ and argocd/
 * make.
 * @throws {ToolMissing} without Helm
 * @param only one environment, under Helm 4 alone: enough for what a single service changes
 */
export async function brokenCharts(root: string, only?: string): Promise<string[]> {
  const { cache } = readSettings(root)
  const helms = await ensureHelms(cache)
  const { rendered, features, beside, faults: unmade } = await rendersOf(root, only)
  const faults = [...unmade]
  const [, three] = helms
  const again = only ? [] : rendered
  faults.push(...(await eachAtOnce(again, (one) => faultsUnder(three, root, one))).flat())
  for (const release of oneOfEachChart(features)) {
    for (const helm of helms) faults.push(...(await faultsOfChart(root, helm, release)))
  }
  const scenes = scenesOf(rendered, await readFacts(root), beside)
  return [...faults, ...policies.flatMap((policy) => scenes.flatMap((scene) => policy.faults(scene)))]
}

const oneOfEachChart = (releases: readonly Release[]): Release[] =>
  [...Map.groupBy(releases, ({ chart }) => chart).values()].flatMap(([first]) => first ?? [])

/** What is the same with all values: the chart's own files, and its schema. */
async function faultsOfChart(root: string, helm: Helm, release: Release): Promise<string[]> {
  const wrong = await lint(root, helm, release)
  return [
    ...(wrong === '' ? [] : [`charts/${release.chart}, lint of Helm ${helm.major}: ${wrong}`]),
    ...(await mistypedKeysTaken(root, helm, release)),
  ]
}
