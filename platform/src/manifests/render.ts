import { join } from 'node:path'
import { run } from '../system/run.ts'
import type { Helm } from '../tools/helm-and-kubectl.ts'
import { type Manifest, manifestsOf } from './objects.ts'
import type { Release } from './releases.ts'

export interface Rendered {
  readonly release: Release
  readonly manifests: readonly Manifest[]
  /** What Helm printed, for other tools. */
  readonly text: string
}

/** The oldest Kubernetes that the charts promise to work on is what both Helms render for. */
const cluster = ['--kube-version', '1.30.0']
/** `helm template` asks no cluster: it is told what the ones we install on know. */
const kindsOfOperators = [
  'monitoring.coreos.com/v1',
  'monitoring.coreos.com/v1/ServiceMonitor',
  'monitoring.coreos.com/v1/PodMonitor',
  'monitoring.coreos.com/v1/PrometheusRule',
]

export type Outcome<Result> = Result | { readonly refusal: string }

/**
 * What Helm prints, or why it prints nothing.
 * @param more further arguments, such as `--set`
 * @param known kinds that the cluster has beside Kubernetes' own
 */
export async function helmText(
  root: string,
  helm: Helm,
  release: Release,
  more: readonly string[] = [],
  known: readonly string[] = kindsOfOperators,
): Promise<Outcome<{ readonly text: string }>> {
  const values = release.values.flatMap((path) => ['--values', path])
  const kinds = known.flatMap((version) => ['--api-versions', version])
  const args = ['template', release.name, `charts/${release.chart}`, '--namespace', release.namespace]
  const { code, stdout, stderr } = await run(helm.path, [...args, ...values, ...more, ...cluster, ...kinds], {
    cwd: root,
    env: privateHome(root),
    timeout: 120_000,
  })
  return code === 0 ? { text: stdout } : { refusal: stderr.trim() || `helm ended with ${code}` }
}

export function renderedFrom(
  release: Release,
  outcome: Outcome<{ readonly text: string }>,
): Outcome<{ readonly rendered: Rendered }> {
  if ('refusal' in outcome) return outcome
  try {
    return { rendered: { release, manifests: manifestsOf(outcome.text), text: outcome.text } }
  } catch (error) {
    return { refusal: `what was rendered is no YAML of Kubernetes: ${String(error)}` }
  }
}

/** The release as objects; arguments as those of `helmText`. */
export async function render(
  root: string,
  helm: Helm,
  release: Release,
  more?: readonly string[],
  known?: readonly string[],
): Promise<Outcome<{ readonly rendered: Rendered }>> {
  return renderedFrom(release, await helmText(root, helm, release, more, known))
}

/** What `helm lint --strict` says against it; empty when nothing. */
export async function lint(root: string, helm: Helm, release: Release): Promise<string> {
  const values = release.values.flatMap((path) => ['--values', path])
  const args = ['lint', '--strict', '--quiet', `charts/${release.chart}`, ...values]
  const { code, stdout, stderr } = await run(helm.path, args, {
    cwd: root,
    env: privateHome(root),
    timeout: 120_000,
  })
  return code === 0 ? '' : `${stdout}${stderr}`.trim()
}

/** Helm looks for plugins and repositories of whoever runs it; none of them has a part in this. */
const privateHome = (root: string): Record<string, string> => {
  const home = join(root, '.alta/helm')
  return { HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home }
}

/**
 * What a folder of kustomize makes, as text.
 * @throws {Error} with kubectl's own words
 */
export async function kustomizeText(root: string, kubectl: string, folder: string): Promise<string> {
  const { code, stdout, stderr } = await run(kubectl, ['kustomize', folder], { cwd: root, timeout: 120_000 })
  if (code !== 0) throw new Error(`${folder}: ${stderr.trim()}`)
  return stdout
}

/** What it makes, as objects; throws as `kustomizeText`. */
export const kustomize = async (root: string, kubectl: string, folder: string): Promise<Manifest[]> =>
  manifestsOf(await kustomizeText(root, kubectl, folder))
