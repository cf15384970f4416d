import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { line, reportFailure } from '../console/steps.ts'
import { ensurePrometheus } from '../observe/prometheus.ts'
import { watchInterruption } from '../test/interruption.ts'
import { closingLine, readReport, type Sums, sumOf } from '../test/report.ts'
import { runVitest } from '../test/vitest.ts'
import { ensureGoTools } from '../tools/go-tools.ts'
import { ensureLinters } from '../tools/linters.ts'
import { clusterDown, clusterUp } from './cluster.ts'
import { certManager, kubeStateMetrics } from './programs.ts'

/** Runners besides the cluster itself, in order. */
const runners = [
  // What the API server, Argo Rollouts, Istio and skaffold say of the manifests; `make test` runs them too, where the
  // programs are there.
  { name: 'manifests', config: 'vitest.config.ts', only: ['platform/src/manifests', 'platform/src/check'] },
  { name: 'cluster', config: 'tests/cluster/vitest.config.ts', only: [] },
] as const

const one = (failures: readonly string[]): Sums => ({
  passed: failures.length === 0 ? 1 : 0,
  failed: failures.length,
  skipped: 0,
  failures,
})

/**
 * Builds or finds everything, judges the manifests, brings up a cluster, runs tests on it and puts the machine back.
 * Prints the closing line `N passed, N failed` and exits non-zero on a failure. Interrupted, it begins nothing more, still
 * puts the machine back, and has failed.
 * @param options.keep leaves the cluster for a look; `make cluster-down` removes it
 * @param options.only words in the paths of the cluster's tests
 */
export async function checkCluster(
  checkout: Checkout,
  { keep, only }: { readonly keep: boolean; readonly only: readonly string[] },
): Promise<void> {
  const began = Date.now()
  const interruption = watchInterruption()
  const life = setInterval(
    () => console.log(`… ${Math.round((Date.now() - began) / 1000)} s into make check-cluster`),
    50_000,
  ).unref()
  const sums: Sums[] = []
  async function part(name: string, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work()
      sums.push(one([]))
      return true
    } catch (error) {
      reportFailure(error)
      sums.push(one([`${name}: ${error instanceof Error ? error.message : String(error)}`]))
      return false
    }
  }
  async function tests(name: string, config: string, words: readonly string[]): Promise<void> {
    const folder = join(checkout.home, 'cluster-results')
    await mkdir(folder, { recursive: true })
    const report = join(folder, `${name}.json`)
    // A runner that crashes writes none, and that of the last time would be counted.
    await rm(report, { force: true })
    const code = await runVitest(checkout.root, config, report, 75 * 60_000, {}, words)
    sums.push(await readReport(report, code, checkout.root))
  }

  try {
    const say = (text: string) => line('linters', text)
    await part('linters', async () => {
      await ensurePrometheus(checkout, say)
      await ensureLinters(checkout, say)
      await ensureGoTools(checkout, kubeStateMetrics, say)
      await ensureGoTools(checkout, certManager, say)
    })
    const up = !interruption.happened() && (await part('cluster', () => clusterUp(checkout)))
    for (const { name, config, only: words } of runners) {
      if (interruption.happened() || (name === 'cluster' && !up)) continue
      if (only.length > 0 && name !== 'cluster') continue
      console.log(`\n── ${name} (${config})`)
      await tests(name, config, name === 'cluster' ? only : words)
    }
  } finally {
    if (keep) line('kept', 'make cluster-down removes it')
    else await part('down', () => clusterDown(checkout, (text) => line('down', text)))
    clearInterval(life)
    interruption.close()
  }
  if (interruption.happened()) sums.push(one(['interrupted']))
  const total = sumOf(sums)
  for (const failure of total.failures) console.log(`✗ ${failure}`)
  if (total.failed > 0) process.exitCode = 1
  console.log(`\n${closingLine(total)}`)
}

/** `make cluster-up`: and says how to get in. */
export async function clusterUpAndTell(checkout: Checkout): Promise<void> {
  const { cluster } = await clusterUp(checkout)
  const address = async (service: string) =>
    (
      await cluster.kubectl(['-n', 'alta-dev', 'get', 'service', service, '-o', 'jsonpath={.spec.clusterIP}'])
    ).trim()
  line('kubectl', `export KUBECONFIG=${cluster.kubeconfig}`)
  line('gateway', `http://${await address('gateway')}:8080/docs`)
  line('mails', `http://${await address('mail')}:8025`)
  line('down', 'make cluster-down')
}
