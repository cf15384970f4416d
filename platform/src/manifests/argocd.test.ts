import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { discoverServices } from '../services/discover.ts'
import { ensureHelms, ensureKubectl } from '../tools/helm-and-kubectl.ts'
import { cache, root, toolFor } from '../tools/tools.fixture.ts'
import { applicationsOf } from './applications.ts'
import { type Loose, named, ofKind } from './objects.fixture.ts'
import { manifestsOf } from './objects.ts'
import { environments, platformIn } from './releases.ts'
import { renderedBy } from './render.fixture.ts'
import { kustomize } from './render.ts'

const kubectl = await toolFor('argocd/', () => ensureKubectl(cache))
const [helm] = (await toolFor('what Argo CD may make', () => ensureHelms(cache))) ?? []
const read = (path: string): Loose[] => manifestsOf(readFileSync(join(root, path), 'utf8'))
const projects = read('argocd/root/projects.yaml')

const sourcesOf = ({ spec }: Loose): { path?: string }[] => spec.sources ?? [spec.source]

// That projects allow what there is, that files are there and versions stay: `make check` (check/gitops.ts).
describe.skipIf(!kubectl)('argocd/platform', () => {
  const rendered = new Map<string, Loose[]>()
  beforeAll(async () => {
    for (const environment of environments) {
      rendered.set(
        environment,
        await kustomize(root, kubectl ?? '', `argocd/platform/overlays/${environment}`),
      )
    }
  })
  const of = (environment: string): Loose[] => rendered.get(environment) ?? []

  it.each(environments)('has for %s Applications of that environment alone', (environment) => {
    for (const application of of(environment)) {
      expect(application.kind).toBe('Application')
      expect(application.metadata.name).toMatch(new RegExp(`-${environment}$`))
      expect(application.spec.destination.name).toBe(environment)
      expect(JSON.stringify(application)).not.toContain('ENVIRONMENT')
    }
  })

  it.each(environments)('heals, prunes and tries again in %s', (environment) => {
    for (const { spec, metadata } of of(environment)) {
      expect(spec.syncPolicy, metadata.name).toMatchObject({
        automated: { prune: true, selfHeal: true },
        retry: { limit: 10 },
      })
      expect(spec.syncPolicy.syncOptions).toEqual(
        expect.arrayContaining(['ServerSideApply=true', 'RespectIgnoreDifferences=true']),
      )
    }
  })

  it.each(environments)('brings in %s what others need in an earlier wave', (environment) => {
    const waves = new Map(
      of(environment).map(({ metadata }) => [
        metadata.name.replace(`-${environment}`, ''),
        Number(metadata.annotations?.['argocd.argoproj.io/sync-wave']),
      ]),
    )
    for (const [first, then] of [
      ['cert-manager', 'issuers'],
      ['cert-manager', 'rabbitmq-cluster-operator'],
      ['cert-manager', 'barman-cloud'],
      ['external-secrets', 'secret-store'],
      ['secret-store', 'environment'],
      ['istio-base', 'istiod'],
      ['istiod', 'istio-gateway'],
      ['istio-gateway', 'environment'],
      // Its operator ends again and again where the kind Rollout is unknown.
      ['argo-rollouts', 'dapr'],
      ['dapr', 'environment'],
      ['cloudnative-pg', 'barman-cloud'],
      ['barman-cloud', 'postgres'],
      ['rabbitmq-cluster-operator', 'rabbitmq-topology-operator'],
      ['rabbitmq-topology-operator', 'rabbitmq'],
      ['prometheus-operator', 'monitoring'],
      ['prometheus-operator', 'environment'],
    ] as const) {
      if (first === 'secret-store' && environment === 'dev') continue
      if (then === 'secret-store' && environment === 'dev') continue
      expect(waves.get(first), first).toBeDefined()
      expect(waves.get(first), `${first} before ${then}`).toBeLessThan(waves.get(then) ?? -1)
    }
    // Data waits for its Secrets, and the topology Job for the broker: one of them later would stop both.
    expect(waves.get('environment')).toBe(waves.get('postgres'))
    expect(waves.get('environment')).toBe(waves.get('rabbitmq'))
  })

  it.skipIf(!helm).each(environments)('may make everything that %s consists of', async (environment) => {
    const { manifests: chart } = await renderedBy(helm, platformIn(environment))
    const folders = of(environment).flatMap((one) =>
      one.spec.project === 'alta-environment' ? sourcesOf(one).flatMap(({ path }) => path ?? []) : [],
    )
    const parts = folders.filter((path) => path.startsWith('k8s/'))
    const objects = [
      ...chart,
      ...(await Promise.all(parts.map((path) => kustomize(root, kubectl ?? '', path)))).flat(),
    ]
    const allowed: { group: string; kind: string }[] = named(projects, 'AppProject', 'alta-environment')?.spec
      .namespaceResourceWhitelist
    for (const { apiVersion, kind } of objects) {
      const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : ''
      expect(allowed, `${group}/${kind}`).toContainEqual({ group, kind })
    }
  })

  it('waits for Applications, because Argo CD is told how they are', async () => {
    const settings = await kustomize(root, kubectl ?? '', 'argocd/settings')
    const { data = {} } = named(settings, 'ConfigMap', 'argocd-cm') ?? {}
    expect(data['resource.customizations.health.argoproj.io_Application']).toContain(
      'obj.status.health.status',
    )
  })
})

describe('argocd/root', () => {
  const [set] = ofKind(read('argocd/root/services.yaml'), 'ApplicationSet')

  it('makes an Application of every service in every environment', async () => {
    if (!set) throw new Error('there is no ApplicationSet')
    expect(set.spec).toMatchObject({ goTemplate: true, goTemplateOptions: ['missingkey=error'] })
    const names = applicationsOf(set).map(({ metadata }) => metadata.name)
    const services = await discoverServices(root)
    const wanted = services.flatMap((name) => environments.map((place) => `${name}-${place}`))
    expect(names.sort()).toEqual(wanted.sort())
  })

  it('keeps its own projects and its ApplicationSet, and nothing else', () => {
    const [self] = read('argocd/root/self.yaml')
    const { path, directory } = self?.spec.source ?? {}
    const [, names = ''] = /^\{(.+)\}\.yaml$/.exec(directory.include) ?? []
    const objects = names.split(',').flatMap((name) => read(`${path}/${name}.yaml`))
    expect(objects.map(({ kind }) => kind)).toContain('ApplicationSet')
    const allowed: { kind: string }[] = named(projects, 'AppProject', self?.spec.project)?.spec
      .namespaceResourceWhitelist
    for (const { kind, metadata } of objects) {
      expect(allowed.map((one) => one.kind)).toContain(kind)
      expect(metadata.namespace).toBe('argocd')
    }
  })

  it.each(environments)('has one root for %s', (environment) => {
    const applications = read(`argocd/root/${environment}.yaml`)
    expect(applications.map(({ spec }) => spec.source.path)).toEqual([
      `argocd/platform/overlays/${environment}`,
    ])
  })
})
