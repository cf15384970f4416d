import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { discoverServices } from '../services/discover.ts'
import { ensureHelms, ensureKubectl } from '../tools/helm-and-kubectl.ts'
import { cache, root, toolFor } from '../tools/tools.fixture.ts'
import { type Loose, named, ofKind } from './objects.fixture.ts'
import { manifestsOf } from './objects.ts'
import { environments, platformIn } from './releases.ts'
import { renderedBy } from './render.fixture.ts'
import { kustomize } from './render.ts'

const kubectl = await toolFor('argocd/', () => ensureKubectl(cache))
const [helm] = (await toolFor('what Argo CD may make', () => ensureHelms(cache))) ?? []
const own = 'https://github.com/example/alta.git'
const read = (path: string): Loose[] => manifestsOf(readFileSync(join(root, path), 'utf8'))
const projects = read('argocd/root/projects.yaml')

interface Source {
  repoURL: string
  targetRevision: string
  path?: string
  chart?: string
  ref?: string
  helm?: { valueFiles?: string[] }
}
const sourcesOf = ({ spec }: Loose): Source[] => spec.sources ?? [spec.source]
const inRepository = (path: string): boolean => existsSync(join(root, path.replace(/^\$values\/|^\//, '')))

function expectAllowed(application: Loose): void {
  const { spec, metadata } = application
  const project = named(projects, 'AppProject', spec.project)
  if (!project) throw new Error(`${metadata.name} names the unknown project ${spec.project}`)
  for (const { repoURL } of sourcesOf(application))
    expect(project.spec.sourceRepos, metadata.name).toContain(repoURL)
  const { name, server, namespace } = spec.destination
  const fits = (one: { name?: string; server?: string; namespace: string }) =>
    one.namespace === namespace && (server ? one.server === server : one.name === '*' || one.name === name)
  expect(project.spec.destinations.some(fits), `${metadata.name} to ${namespace}`).toBe(true)
}

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

  it.each(environments)('has for %s only Applications whose project allows them', (environment) => {
    for (const application of of(environment)) {
      expect(application.kind).toBe('Application')
      expect(application.metadata.name).toMatch(new RegExp(`-${environment}$`))
      expect(application.spec.destination.name).toBe(environment)
      expect(JSON.stringify(application)).not.toContain('ENVIRONMENT')
      expectAllowed(application)
    }
  })

  it.each(environments)('points for %s at files that exist and at versions that stay', (environment) => {
    for (const application of of(environment)) {
      for (const { repoURL, path, targetRevision, helm: values } of sourcesOf(application)) {
        if (repoURL === own && path) expect(inRepository(path), path).toBe(true)
        if (repoURL !== own) expect(targetRevision, repoURL).toMatch(/^v?\d+\.\d+\.\d+$/)
        for (const file of values?.valueFiles ?? []) expect(inRepository(file), file).toBe(true)
      }
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

  it('overlooks only what controllers own', () => {
    for (const environment of environments) {
      for (const { metadata, spec } of of(environment)) {
        for (const difference of spec.ignoreDifferences ?? []) {
          const what = [...(difference.jqPathExpressions ?? []), ...(difference.jsonPointers ?? [])].join()
          const allowed =
            /WebhookConfiguration .webhooks\[\]\?\.clientConfig\.caBundle|VirtualService \.spec\.http\[\]\.route\[\]\.weight/
          const madeUp = environment === 'dev' && `${difference.kind} ${what}` === 'Secret /data'
          expect(madeUp || allowed.test(`${difference.kind} ${what}`), metadata.name).toBe(true)
        }
      }
    }
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
  const lists: { list: { elements: Record<string, string>[] } }[] =
    set?.spec.generators[0].matrix.generators ?? []
  const [services = [], places = []] = lists.map(({ list }) => list.elements)
  /** What the controller would make of the template for one service in one environment. */
  const expanded = (parameters: Record<string, string>): Loose =>
    JSON.parse(
      JSON.stringify({ kind: 'Application', ...set?.spec.template }).replace(
        /\{\{\.([a-z]+)\}\}/g,
        (_, name) => {
          const value = parameters[name]
          if (value === undefined) throw new Error(`no parameter ${name}`)
          return value
        },
      ),
    )
  const all = services.flatMap((service) => places.map((place) => expanded({ ...service, ...place })))

  it('names every service of services/ and every environment', async () => {
    expect(services.map(({ service }) => service).sort()).toEqual(await discoverServices(root))
    expect(places.map(({ environment }) => environment)).toEqual(environments)
    expect(set?.spec).toMatchObject({ goTemplate: true, goTemplateOptions: ['missingkey=error'] })
  })

  it('makes Applications with names of their own that their project allows', () => {
    expect(new Set(all.map(({ metadata }) => metadata.name)).size).toBe(services.length * places.length)
    for (const application of all) expectAllowed(application)
  })

  it('points at files that exist', () => {
    for (const application of all) {
      for (const { path, helm: values } of sourcesOf(application)) {
        expect(inRepository(path ?? ''), path).toBe(true)
        for (const file of values?.valueFiles ?? []) expect(inRepository(file), file).toBe(true)
      }
    }
  })

  it.each(environments)('has one root for %s', (environment) => {
    const [application] = read(`argocd/root/${environment}.yaml`)
    if (!application) throw new Error('it is empty')
    expectAllowed(application)
    expect(inRepository(application.spec.source.path)).toBe(true)
  })
})
