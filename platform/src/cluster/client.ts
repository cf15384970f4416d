import { StepFailed } from '../console/steps.ts'
import { type RunOptions, type RunResult, run } from '../system/run.ts'

/** A cluster as an administrator sees it, by kubectl and Helm 4. */
export interface Cluster {
  readonly kubeconfig: string
  /** What it prints, whatever its exit code. */
  try(args: readonly string[], options?: RunOptions): Promise<RunResult>
  /** @throws {StepFailed} with kubectl's own words */
  kubectl(args: readonly string[], input?: string): Promise<string>
  /** @throws {StepFailed} with kubectl's words */
  json(args: readonly string[]): Promise<unknown>
  apply(objects: readonly object[]): Promise<void>
  /** @throws {StepFailed} with Helm's own words */
  helm(args: readonly string[]): Promise<string>
}

export function clusterAt(
  kubeconfig: string,
  programs: { readonly kubectl: string; readonly helm: string },
  home: string,
): Cluster {
  const tryKubectl = (args: readonly string[], options: RunOptions = {}) =>
    run(programs.kubectl, ['--kubeconfig', kubeconfig, ...args], { timeout: 600_000, ...options })

  async function kubectl(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await tryKubectl(args, input === undefined ? {} : { input })
    if (code === 0) return stdout
    throw new StepFailed(`kubectl ${args.slice(0, 3).join(' ')}: ${stderr.trim()}`, 'make cluster-up')
  }

  return {
    kubeconfig,
    try: tryKubectl,
    kubectl,
    json: async (args) => JSON.parse(await kubectl([...args, '--output', 'json'])) as unknown,
    async apply(objects) {
      const documents = objects.map((object) => JSON.stringify(object)).join('\n---\n')
      await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], documents)
    },
    async helm(args) {
      const env = { HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home }
      const { code, stdout, stderr } = await run(programs.helm, ['--kubeconfig', kubeconfig, ...args], {
        env,
        timeout: 900_000,
      })
      if (code === 0) return stdout
      throw new StepFailed(`helm ${args.slice(0, 3).join(' ')}: ${stderr.trim()}`, 'kubectl get events')
    },
  }
}
