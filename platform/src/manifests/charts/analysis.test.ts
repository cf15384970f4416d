import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { run, which } from '../../system/run.ts'
import { ensureHelms } from '../../tools/helm-and-kubectl.ts'
import { cache, root, toolFor } from '../../tools/tools.fixture.ts'
import { named } from '../objects.fixture.ts'
import { tried } from '../releases.ts'
import { renderedBy } from '../render.fixture.ts'

const [helm] = (await toolFor('what a canary is judged by', () => ensureHelms(cache))) ?? []
const promtool = await which('promtool')

/** The query of one metric, as the rollout asks it of a pod of the version `new`. */
async function queryOf(
  feature: string,
  template: string,
  metric: string,
  set: string[] = [],
): Promise<string> {
  const release = (await tried(root)).find(({ title }) => title === `ci/${feature}`)
  if (!release) throw new Error(`there is no charts/service/ci/${feature}-values.yaml`)
  const { manifests } = await renderedBy(helm, release, set)
  const metrics: { name: string; provider: { prometheus: { query: string } } }[] = named(
    manifests,
    'AnalysisTemplate',
    template,
  )?.spec.metrics
  const query = metrics.find(({ name }) => name === metric)?.provider.prometheus.query ?? ''
  return query.trim().replaceAll('{{args.canary}}', 'new').replaceAll('{{args.stable}}', 'old')
}

/** What Prometheus answers after ten minutes of these series: promtool says where it is something else. */
async function told(query: string, series: readonly object[], samples: readonly object[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alta-analysis-'))
  try {
    const file = join(folder, 'test.yaml')
    const promql_expr_test = [{ expr: query, eval_time: '10m', exp_samples: samples }]
    await writeFile(
      file,
      stringify({
        evaluation_interval: '1m',
        tests: [{ interval: '1m', input_series: series, promql_expr_test }],
      }),
    )
    const { code, stdout, stderr } = await run(promtool ?? '', ['test', 'rules', file])
    return code === 0 ? '' : stdout + stderr
  } finally {
    await rm(folder, { recursive: true })
  }
}

const requests = (app: string, status: string) =>
  `alta_http_request_seconds_count{namespace="alta-ci",service="${app}",rollouts_pod_template_hash="new",status="${status}"}`
const handled = (app: string, version: string, outcome: string) =>
  `alta_inbox_handled_total{namespace="alta-ci",service="${app}",rollouts_pod_template_hash="${version}",outcome="${outcome}"}`

it.skipIf(!helm || !promtool)(
  'a canary that answers nothing but failures has a success rate of 0, and one without requests has none',
  { timeout: 60_000 },
  async () => {
    const app = 'reviews'
    const query = await queryOf('canary-rollout', `${app}-requests`, 'success-rate')
    const failures = [{ series: requests(app, '503'), values: '0+60x10' }]
    expect(await told(query, failures, [{ labels: '{}', value: 0 }])).toBe('')
    const mixed = [...failures, { series: requests(app, '200'), values: '0+60x10' }]
    expect(await told(query, mixed, [{ labels: '{}', value: 0.5 }])).toBe('')
    expect(await told(query, [], [])).toBe('')
  },
)

it.skipIf(!helm || !promtool)(
  'a worker that carries nothing through differs from one that does',
  { timeout: 60_000 },
  async () => {
    const app = 'ocr'
    const query = await queryOf('worker-rollout', `${app}-messages`, 'result-difference', [
      '--set',
      'rollout.analysis.messages.resultMetric=',
    ])
    const series = [
      { series: handled(app, 'new', 'given_up'), values: '0+60x10' },
      { series: handled(app, 'old', 'success'), values: '0+60x10' },
    ]
    expect(await told(query, series, [{ labels: '{}', value: 1 }])).toBe('')
  },
)
