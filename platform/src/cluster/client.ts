import { StepFailed } from '../console/steps.ts'
import { type RunOptions, type RunResult, run } from '../system/run.ts'

/** A cluster as an administrator sees it, by kubectl and Helm 4. */
export interface Cluster {
  readonly kubeconfig: string
  /** What it prints, whatever its exit code. */
  try(args: readonly string[], options?: RunOptions): Promise<RunResult>
  /**
   * @param input is no part of a failure's message: secrets go in by it, and never by an argument
   * @throws {StepFailed} with the command and kubectl's last words
   */
  kubectl(args: readonly string[], input?: string): Promise<string>
  /** @throws {StepFailed} as `kubectl` */
  json(args: readonly string[]): Promise<unknown>
  apply(objects: readonly object[]): Promise<void>
  /** @throws {StepFailed} with the command and Helm's last words */
  helm(args: readonly string[]): Promise<string>
}

const kubectlWithin = 600_000
const helmWithin = 900_000
/** Of each output, in a failure's message. */
const lastLines = 10

export function clusterAt(
  kubeconfig: string,
  programs: { readonly kubectl: string; readonly helm: string },
  home: string,
): Cluster {
  const tryKubectl = (args: readonly string[], options: RunOptions = {}) =>
    run(programs.kubectl, ['--kubeconfig', kubeconfig, ...args], { timeout: kubectlWithin, ...options })

  async function ended(what: string, timeout: number, running: Promise<RunResult>): Promise<string> {
    const began = Date.now()
    const { code, stdout, stderr } = await running
    if (code === 0) return stdout
    // Of several reasons the last one is seldom the first.
    const said = [stderr, stdout].flatMap((text) => text.trim().split('\n').slice(-lastLines)).filter(Boolean)
    const how =
      Date.now() - began >= timeout ? `did not end within ${timeout / 1000} s` : `ended with ${code}`
    throw new StepFailed(
      [`${what} ${how}`, ...said].join('\n    '),
      `kubectl --kubeconfig ${kubeconfig} get events --all-namespaces --sort-by .lastTimestamp`,
    )
  }

  const kubectl = (args: readonly string[], input?: string): Promise<string> =>
    ended(`kubectl ${args.join(' ')}`, kubectlWithin, tryKubectl(args, input === undefined ? {} : { input }))

  return {
    kubeconfig,
    try: tryKubectl,
    kubectl,
    json: async (args) => JSON.parse(await kubectl([...args, '--output', 'json'])) as unknown,
    async apply(objects) {
      const documents = objects.map((object) => JSON.stringify(object)).join('\n---\n')
      await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], documents)
    },
    helm(args) {
      const env = { HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home }
      const given = ['--kubeconfig', kubeconfig, ...args]
      const running = run(programs.helm, given, { env, timeout: helmWithin })
      return ended(`helm ${args.join(' ')}`, helmWithin, running)
    },
  }
}
