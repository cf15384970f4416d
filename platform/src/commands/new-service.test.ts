import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testConfig } from '@alta/kit/testing/config'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { brokenCharts } from '../check/charts.ts'
import { checks } from '../check/checks.ts'
import { trackedFiles } from '../check/tracked.ts'
import { ofKind, valuesAt } from '../manifests/objects.fixture.ts'
import { environments, installed } from '../manifests/releases.ts'
import { render } from '../manifests/render.ts'
import { run } from '../system/run.ts'
import { ensureHelms } from '../tools/helm-and-kubectl.ts'
import { cache, toolFor } from '../tools/tools.fixture.ts'
import { newService } from './new-service.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
let scratch: string

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'alta-new-service-'))
  for (const file of await trackedFiles(root, [''])) {
    await mkdir(dirname(join(scratch, file)), { recursive: true })
    await cp(join(root, file), join(scratch, file))
  }
  // What the compiler knows of all the other files; without it types are checked from the beginning.
  const known = '.alta/types.tsbuildinfo'
  await mkdir(join(scratch, '.alta'))
  if (existsSync(join(root, known))) await cp(join(root, known), join(scratch, known))
  // Not into the checkout's, which would keep what lies under this name for ever.
  vi.stubEnv('NODE_COMPILE_CACHE', join(scratch, '.alta/compiled'))
  await run('git', ['init', '-q'], { cwd: scratch })
}, 60_000)
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(scratch, { recursive: true, force: true })
  await dropTestDatabases('invoices')
})

/** The new service's own tests leave a template and a role, as those of every service do to be faster next time. */
async function dropTestDatabases(name: string): Promise<void> {
  const client = new pg.Client({ connectionString: testConfig.TEST_POSTGRES_URL })
  await client.connect()
  const like = `alta_test_%${name}_%`
  const { rows } = await client.query('select datname from pg_database where datname like $1', [like])
  for (const { datname } of rows)
    await client.query(`drop database if exists ${pg.escapeIdentifier(datname)}`)
  await client.query(`drop role if exists ${pg.escapeIdentifier(`alta_test_${name}`)}`)
  await client.end()
}

/**
 * Alerts are tested as they were, and of what is rendered one environment under one Helm tells what has changed.
 */
const notOfOneService = ['alerts', 'charts', 'definitions', 'rollouts', 'Istio']

/** In a process of its own, as a developer's: dashboards and tables are read from the scratch copy's own code. */
async function checked(): Promise<Record<string, string>> {
  const work = `const { checks } = await import('./platform/src/check/checks.ts')
    const { unlessMissing } = await import('./platform/src/tools/missing.ts')
    const found = {}
    for (const { name, work } of checks.filter(({ name }) => !${JSON.stringify(notOfOneService)}.includes(name))) {
      const outcome = await unlessMissing(() => work(process.cwd()))
      found[name] = 'missing' in outcome ? '' : outcome.found
    }
    console.log(JSON.stringify(found))`
  const { code, stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', work], {
    cwd: scratch,
  })
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}

const read = (path: string): Promise<string> => readFile(join(scratch, path), 'utf8')

it('makes a service that passes every check and its own tests at once', { timeout: 900_000 }, async () => {
  await newService({ root: scratch }, 'invoices')
  const found = await checked()
  expect(Object.keys(found)).toHaveLength(checks.length - notOfOneService.length)
  expect(Object.fromEntries(Object.entries(found).filter(([, faults]) => faults !== ''))).toEqual({})
  const inCharts = await toolFor('charts of a new service', () => brokenCharts(scratch, 'production'))
  expect(inCharts ?? []).toEqual([])
  const tests = await run('pnpm', ['exec', 'vitest', 'run', 'services/invoices'], { cwd: scratch })
  expect(tests.code, tests.stdout.slice(-3000) + tests.stderr).toBe(0)
  expect(tests.stdout).toMatch(/6 passed/)
})

it('is installed everywhere, watched, and let through the network', { timeout: 120_000 }, async () => {
  expect(await read('argocd/root/services.yaml')).toContain('- service: invoices\n')
  for (const environment of environments)
    expect(await read(`argocd/environments/${environment}/invoices.yaml`)).toContain(
      `invoices in ${environment}`,
    )
  expect(await read('skaffold.yaml')).toContain('- name: invoices\n')
  for (const path of [
    'alerts/parts.yaml',
    'alerts/processes.yaml',
    'dashboards/overview.json',
    'dashboards/resources.json',
  ])
    expect(await read(`charts/platform/files/${path}`)).toContain('analytics|invoices')
  const [release] = (await installed(scratch, ['production'])).filter(({ name }) => name === 'invoices')
  const [helm] = (await toolFor('manifests of a new service', () => ensureHelms(cache))) ?? []
  if (!helm || !release) return
  const outcome = await render(scratch, helm, release)
  const objects = 'rendered' in outcome ? outcome.rendered.manifests : []
  const [policy] = ofKind(objects, 'NetworkPolicy')
  const callers = valuesAt(policy?.spec.ingress[0], 'app.kubernetes.io/name')
  expect(callers).toEqual(['gateway'])
  expect(valuesAt(policy?.spec.egress[0], 'app.kubernetes.io/name')).toEqual(['identity'])
  // Two replicas, changed step by step and judged.
  const [rollout] = ofKind(objects, 'Rollout')
  expect(rollout?.spec.strategy.canary.steps.length).toBeGreaterThan(2)
  expect(ofKind(objects, 'AnalysisTemplate')).toHaveLength(1)
})
