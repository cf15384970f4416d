import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ensureHelms } from '../../tools/helm-and-kubectl.ts'
import { cache, root, toolFor } from '../../tools/tools.fixture.ts'
import { policies } from '../../topology/policies.ts'
import { type Loose, named, ofKind, valuesAt } from '../objects.fixture.ts'
import { manifestsOf, podOf } from '../objects.ts'
import { environments, platformIn, type Release, tried } from '../releases.ts'
import { renderedBy } from '../render.fixture.ts'
import { helmText } from '../render.ts'

const chart = 'charts/platform'
const helms = await toolFor(chart, () => ensureHelms(cache))
const [four] = helms ?? []
const features = await tried(root, 'platform')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const calls: {
  callers: Record<string, string[]>
  paths: { caller?: string; callee?: string; paths: string[] }[]
} = parse(read(`${chart}/files/calls.yaml`))

const bare: Release = { ...platformIn('test'), values: [] }
const settings = (set: readonly string[]): string[] => set.flatMap((pair) => ['--set-json', pair])

const rendered = new Map<string, Promise<Loose[]>>()
/** Under Helm 4; `make check` sees that Helm 3 makes the same. */
function objectsOf(release: Release, set: readonly string[] = []): Promise<Loose[]> {
  const key = [release.title, ...set].join()
  const known = rendered.get(key)
  if (known) return known
  const made = renderedOnce(release, set)
  rendered.set(key, made)
  return made
}
const ofEnvironment = (name: string, set: readonly string[] = []) => objectsOf(platformIn(name), set)

async function renderedOnce(release: Release, set: readonly string[]): Promise<Loose[]> {
  const { manifests } = await renderedBy(four, release, settings(set))
  return [...manifests]
}

/** What each Helm says against it. */
const refusals = (release: Release, set: readonly string[]): Promise<string[]> =>
  Promise.all(
    (helms ?? []).map(async (helm) => {
      const outcome = await helmText(root, helm, release, settings(set))
      return 'refusal' in outcome ? outcome.refusal : `Helm ${helm.major} takes it`
    }),
  )

describe.skipIf(!helms)('charts/platform', { timeout: 120_000 }, () => {
  it.each(environments)('has in %s what every environment has', async (environment) => {
    const objects = await ofEnvironment(environment)
    everywhere(objects, `alta-${environment}`)
  })

  it.each(features)('takes $title', async (feature) => {
    const objects = await objectsOf(feature)
    expect(objects.length).toBeGreaterThan(40)
    expect(new Set(objects.map(idOf)).size).toBe(objects.length)
  })

  it.each([
    ['production', 'secrets.kind="generate"', 'secrets.kind generate is for environment dev only'],
    ['staging', 'broker.topology.image.digest=""', 'broker.topology.image.digest is missing'],
    [
      'staging',
      'networkPolicies.apiServer.cidrs=["0.0.0.0/0"]',
      'networkPolicies.apiServer.cidrs has 0.0.0.0/0',
    ],
    ['production', 'networkPolicies.enabled=false', 'networkPolicies.enabled is false'],
    ['staging', 'ingress.kind="gateway"', 'ingress.canary needs ingress.kind istio'],
    ['staging', 'ingress.tls.enabled=false', 'ingress.tls.enabled is false'],
    ['dev', 'broker.topology.enabled=false', 'broker.policies.by api needs'],
    ['dev', 'alerting.enabled=true', 'nobody would be told'],
    ['dev', 'networkPolicies.broker.podLabels=null', 'networkPolicies.broker has neither'],
  ])('fails with a sentence: %s with %s', async (environment, set, sentence) => {
    for (const refusal of await refusals(platformIn(environment), [set])) expect(refusal).toContain(sentence)
  })

  it('takes one way in, whose answers and requests are cleaned either way', async () => {
    for (const kind of ['istio', 'gateway']) {
      const objects = await objectsOf(bare, [`ingress={"kind":"${kind}","host":"alta.example.org"}`])
      const routes = ofKind(objects, kind === 'istio' ? 'VirtualService' : 'HTTPRoute')
      const rules = routes.flatMap(({ spec }) => spec.http ?? spec.rules).filter((rule) => !isRedirect(rule))
      expect(rules).toHaveLength(3)
      for (const rule of rules) {
        const removed = valuesAt(rule, 'remove').flat()
        for (const header of ['dapr-app-id', 'dapr-api-token', 'dapr-caller-app-id']) {
          expect(removed).toContain(header)
        }
        expect(JSON.stringify(rule)).toContain('strict-transport-security')
      }
      expect(ofKind(objects, kind === 'istio' ? 'HTTPRoute' : 'VirtualService')).toEqual([])
      // Where the proxies are, which the services' own namespace would not take.
      expect(ofKind(objects, 'Certificate').map(({ metadata }) => metadata.namespace)).toEqual([
        'istio-ingress',
      ])
    }
  })

  it.each(['istio', 'gateway'])(
    'sends gRPC to its own port by %s, and only once there is one',
    async (kind) => {
      const ingress = { kind, host: 'alta.example.org', service: { grpcPort: 8081 } }
      const [without, withGrpc] = await Promise.all(
        [{ ...ingress, service: {} }, ingress].map((each) =>
          objectsOf(bare, [`ingress=${JSON.stringify(each)}`]),
        ),
      )
      const routes = (objects: Loose[] = []) => {
        const [first] = ofKind(objects, kind === 'istio' ? 'VirtualService' : 'HTTPRoute')
        return (first?.spec.http ?? first?.spec.rules ?? []) as unknown[]
      }
      expect(JSON.stringify(routes(without))).not.toContain('application/grpc')
      // Before all others: the first that fits is taken.
      const [grpc, ...others] = routes(withGrpc)
      expect(JSON.stringify(grpc)).toContain('application/grpc')
      expect(JSON.stringify(grpc)).toContain('8081')
      expect(JSON.stringify(others)).not.toContain('8081')
      expect(others).toEqual(routes(without))
    },
  )

  it('has a Gateway of the Gateway API beside the ingress proxies, for routes of this environment alone', async () => {
    const objects = await objectsOf(bare, ['ingress={"kind":"gateway","host":"alta.example.org"}'])
    const [gateway] = ofKind(objects, 'Gateway')
    expect(gateway?.metadata.namespace).toBe('istio-ingress')
    for (const { allowedRoutes } of gateway?.spec.listeners ?? []) {
      expect(allowedRoutes.namespaces.from).toBe('Selector')
      expect(allowedRoutes.namespaces.selector.matchLabels).toEqual({
        'kubernetes.io/metadata.name': 'alta-test',
      })
    }
    for (const { spec } of ofKind(objects, 'HTTPRoute')) {
      expect(spec.parentRefs).toMatchObject([{ name: 'alta', namespace: 'istio-ingress' }])
    }
  })

  it('lets a canary have a share of the public route alone', async () => {
    const objects = await ofEnvironment('production')
    const routes: { name: string; route: { destination: { host: string }; weight: number }[] }[] = named(
      objects,
      'VirtualService',
      'gateway',
    )?.spec.http
    const split = routes.map(({ name, route }) => [name, route.map(({ destination }) => destination.host)])
    expect(Object.fromEntries(split)).toEqual({
      uploads: ['gateway'],
      streams: ['gateway'],
      public: ['gateway', 'gateway-canary'],
    })
    for (const { route } of routes) expect(route.reduce((sum, { weight }) => sum + weight, 0)).toBe(100)
  })

  it('fills every generated Secret from one that is kept', async () => {
    const secrets = new Map(
      ofKind(await ofEnvironment('dev'), 'Secret').map((one) => [one.metadata.name, one]),
    )
    const value = (name: string, key: string) =>
      Buffer.from(secrets.get(name)?.data?.[key] ?? '', 'base64').toString()
    expect(secrets.get('alta-generated')?.metadata.annotations?.['helm.sh/resource-policy']).toBe('keep')
    for (const [app, key] of [
      ['events', 'RABBITMQ_URL'],
      ['tasks', 'RABBITMQ_URL'],
      ['rabbitmq', 'connectionString'],
    ]) {
      expect(value(app ?? '', key ?? '')).toBe(
        `amqp://alta:${value('alta-generated', 'rabbitmq.password')}@rabbitmq:5672/alta`,
      )
    }
    expect(value('ocr-database', 'password')).toBe(value('ocr', 'POSTGRES_PASSWORD'))
    expect(value('ocr-database', 'username')).toBe('alta_ocr')
    expect(value('identity', 'IDENTITY_KEY_ENCRYPTION_KEY').length).toBeGreaterThanOrEqual(32)
    expect(value('notifications', 'MAIL_TOKEN_KEY')).toBe(value('identity', 'MAIL_TOKEN_KEY'))
    expect(value('notifications', 'SMTP_PASSWORD')).toBe('')
    expect(value('gateway-dapr', 'token')).not.toBe(value('gateway-app', 'token'))
  })

  it('asks a store for the same Secrets with the same keys', async () => {
    const made = ofKind(await ofEnvironment('dev'), 'Secret').filter(
      ({ metadata }) => metadata.name !== 'alta-generated',
    )
    const asked = ofKind(await ofEnvironment('staging'), 'ExternalSecret')
    const alike = asked.filter(({ metadata }) => metadata.name !== 'alerting')
    const keys = (one: Loose) => Object.keys(one.data ?? one.spec.target.template.data).sort()
    expect(Object.fromEntries(alike.map((one) => [one.metadata.name, keys(one)]))).toEqual(
      Object.fromEntries(made.map((one) => [one.metadata.name, keys(one)])),
    )
    for (const { spec } of asked) {
      const known = spec.data.map(({ secretKey }: { secretKey: string }) => secretKey)
      const used = [...JSON.stringify(spec.target.template.data).matchAll(/\{\{ \.([A-Za-z0-9_]+) \}\}/g)]
      expect(new Set(used.map(([, name]) => name))).toEqual(new Set(known))
    }
    expect(ofKind(await ofEnvironment('production'), 'Secret')).toEqual([])
  })

  it('makes a new Job when the topology, the policies or the image change, and none otherwise', async () => {
    const jobOf = async (set: readonly string[] = []) =>
      ofKind(await ofEnvironment('dev', set), 'Job')[0]?.metadata.name
    expect(await jobOf()).toBe(await jobOf())
    expect(await jobOf(['broker.topology.image.tag="other"'])).not.toBe(await jobOf())
  })

  it('sets the policies by the operator where it is told to', async () => {
    const objects = await ofEnvironment('production')
    const rendered = ofKind(objects, 'Policy').map(({ spec: { name, pattern, definition, priority } }) => ({
      name,
      pattern,
      definition,
      priority,
    }))
    expect(rendered).toEqual(
      policies.map(({ name, pattern, definition, priority }) => ({ name, pattern, definition, priority })),
    )
    const job = JSON.stringify(ofKind(objects, 'Job')[0]?.spec)
    expect(job).not.toContain('POLICIES_FILE')
  })

  it.each(environments)(
    'brings to %s every alert with an address for its runbook, and every dashboard',
    async (environment) => {
      const objects = await ofEnvironment(environment)
      const rules = ofKind(objects, 'PrometheusRule')
      expect(rules.map(({ metadata: { name } }) => name)).toEqual(filesOf('alerts', '.yaml'))
      const runbooks = valuesAt(rules, 'runbook_url')
      expect(runbooks.length).toBe(alertsIn(filesOf('alerts', '.yaml')))
      for (const address of runbooks) {
        const [, path = ''] = /^https:\/\/[^ ]+\/(docs\/runbooks\/[a-z-]+\.md)$/.exec(String(address)) ?? []
        expect(existsSync(join(root, path)), String(address)).toBe(true)
      }
      const dashboards = objects.filter(({ metadata }) => metadata.labels.grafana_dashboard === '1')
      expect(dashboards.map(({ metadata: { name } }) => name.replace('dashboard-', ''))).toEqual(
        filesOf('dashboards', '.json'),
      )
      for (const { data = {} } of dashboards)
        for (const json of Object.values(data)) expect(JSON.parse(json)).toHaveProperty('panels')
    },
  )

  it('tells each channel what it is there for', async () => {
    const [config] = ofKind(await ofEnvironment('production'), 'AlertmanagerConfig')
    const names = config?.spec.receivers.map(({ name }: { name: string }) => name)
    expect(names).toEqual(['on-call', 'team', 'owners'])
    for (const { receiver } of config?.spec.route.routes ?? []) expect(names).toContain(receiver)
  })

  it('keeps quiet what is less urgent about the same service, and nothing else', async () => {
    const [config] = ofKind(await ofEnvironment('production'), 'AlertmanagerConfig')
    const quiet = (fire: Labels, smoke: Labels) =>
      config?.spec.inhibitRules.some((rule: Inhibition) => silences(rule, fire, smoke))
    const critical = { severity: 'critical', namespace: 'alta-production' }
    const warning = { severity: 'warning', namespace: 'alta-production' }
    expect(quiet({ ...critical, job: 'ocr' }, { ...warning, job: 'ocr' })).toBe(true)
    expect(quiet({ ...critical, app_id: 'ocr' }, { ...warning, app_id: 'ocr', topic: 'a.b.v1' })).toBe(true)
    expect(quiet({ ...critical, job: 'ocr' }, { ...warning, job: 'tasks' })).toBe(false)
    expect(quiet({ ...critical, job: 'ocr' }, { ...warning, job: 'ocr', namespace: 'alta-staging' })).toBe(
      false,
    )
    // Of no single service: neither of these says that the other is its smoke.
    expect(quiet({ ...critical, slo: 'api-latency' }, { ...warning, kind: 'document' })).toBe(false)
    expect(quiet({ ...critical, job: 'ocr' }, { ...critical, job: 'ocr' })).toBe(false)
  })

  it('tells alerts of different services apart, and says of each what it is about', async () => {
    const [config] = ofKind(await ofEnvironment('production'), 'AlertmanagerConfig')
    expect(config?.spec.route.groupBy).toEqual(['namespace', 'alertname', 'job', 'app_id'])
    const [{ description }] = valuesAt(config, 'pagerdutyConfigs').flat() as [Record<string, string>]
    for (const part of [
      '.CommonLabels.namespace',
      '.CommonLabels.alertname',
      'range',
      '.Annotations.summary',
    ])
      expect(description).toContain(part)
    const [{ title, text }] = valuesAt(config, 'slackConfigs').flat() as [Record<string, string>]
    expect(title).toContain('.CommonLabels.namespace')
    for (const part of ['summary', 'description', 'runbook_url'])
      expect(text).toContain(`.Annotations.${part}`)
  })
})

type Labels = Readonly<Record<string, string>>
interface Matcher {
  name: string
  matchType: '=' | '!=' | '=~'
  value: string
}
interface Inhibition {
  sourceMatch: Matcher[]
  targetMatch: Matcher[]
  equal: string[]
}

/** As Alertmanager decides it: a label that is missing is an empty one. */
function silences({ sourceMatch, targetMatch, equal }: Inhibition, fire: Labels, smoke: Labels): boolean {
  const fits = (labels: Labels) => (matcher: Matcher) => {
    const found = labels[matcher.name] ?? ''
    if (matcher.matchType === '=~') return new RegExp(`^(?:${matcher.value})$`).test(found)
    return (found === matcher.value) === (matcher.matchType === '=')
  }
  return (
    sourceMatch.every(fits(fire)) &&
    targetMatch.every(fits(smoke)) &&
    equal.every((label) => (fire[label] ?? '') === (smoke[label] ?? ''))
  )
}

const filesOf = (folder: string, ending: string): string[] =>
  readdirSync(join(root, chart, 'files', folder))
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort()
const alertsIn = (files: readonly string[]): number =>
  files.flatMap((file) => [...read(`${chart}/files/alerts/${file}.yaml`).matchAll(/^ +- alert: /gm)]).length
const idOf = ({ kind, metadata: { name, namespace } }: Loose): string => `${kind}/${namespace ?? ''}/${name}`
const isRedirect = (rule: unknown): boolean => JSON.stringify(rule).includes('RequestRedirect')

function everywhere(objects: readonly Loose[], namespace: string): void {
  expect(new Set(objects.map(idOf)).size).toBe(objects.length)
  expect(ofKind(objects, 'CustomResourceDefinition')).toEqual([])
  expect(ofKind(objects, 'Namespace')).toEqual([])
  for (const job of ofKind(objects, 'Job')) expect(podOf(job)?.spec.automountServiceAccountToken).toBe(false)
  networkIsClosed(objects)
  accessIsTheCallTable(objects, namespace)
  componentsAreThoseOfDapr(objects)
}

/** Who is let out to a place, by the names in the policy. */
const letOut = (objects: readonly Loose[], place: string): string[] =>
  named(objects, 'NetworkPolicy', `allow-${place}`)?.spec.podSelector.matchExpressions[0].values

function networkIsClosed(objects: readonly Loose[]): void {
  expect(letOut(objects, 'database')).toContain('ocr')
  expect(letOut(objects, 'database')).not.toContain('gateway')
  expect(letOut(objects, 'redis')).toEqual(['gateway', 'notifications', 'tasks'])
  const deny = named(objects, 'NetworkPolicy', 'default-deny')
  expect(deny?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
  for (const name of ['dns', 'dapr-system', 'database', 'broker', 'broker-management', 'redis']) {
    const policy = named(objects, 'NetworkPolicy', `allow-${name}`)
    expect(policy?.spec.policyTypes).toEqual(['Egress'])
    for (const rule of policy?.spec.egress ?? []) {
      expect(rule.to?.length).toBeGreaterThan(0)
      expect(rule.ports?.length).toBeGreaterThan(0)
    }
  }
}

/** Allowed is what the table says, for each called service, and nothing by default. */
function accessIsTheCallTable(objects: readonly Loose[], namespace: string): void {
  const configurations = ofKind(objects, 'Configuration')
  expect(configurations.map(({ metadata }) => metadata.name).sort()).toEqual(
    Object.keys(calls.callers).sort(),
  )
  for (const { metadata, spec } of configurations) {
    const { defaultAction, policies: entries } = spec.accessControl
    expect(defaultAction).toBe('deny')
    const allowed = Object.fromEntries(
      entries.map((entry: { appId: string; operations: { name: string }[] }) => [
        entry.appId,
        entry.operations.map(({ name }) => name).sort(),
      ]),
    )
    const expected = Object.entries(calls.callers).filter(([, callees]) => callees.includes(metadata.name))
    expect(allowed).toEqual(
      Object.fromEntries(expected.map(([caller]) => [caller, pathsOf(caller, metadata.name)])),
    )
    for (const entry of entries) {
      expect(entry).toMatchObject({ defaultAction: 'deny', trustDomain: 'public', namespace })
      expect(entry.operations.length).toBeGreaterThan(0)
    }
  }
}

const pathsOf = (caller: string, callee: string): string[] =>
  [
    ...new Set(
      calls.paths
        .filter((rule) => (rule.caller ?? caller) === caller && (rule.callee ?? callee) === callee)
        .flatMap(({ paths }) => paths),
    ),
  ].sort()

function componentsAreThoseOfDapr(objects: readonly Loose[]): void {
  const components = ofKind(objects, 'Component')
  const files = ['pubsub', 'outbox', 'statestore', 'generated/subscriptions'].map(
    (name) => `components/${name}`,
  )
  const own = [...files, 'secretstores/kubernetes/secretstore'].flatMap((path) =>
    manifestsOf(read(`dapr/${path}.yaml`)),
  )
  expect(new Set(components.map((one) => JSON.stringify(one)))).toEqual(
    new Set(own.map((one) => JSON.stringify(one))),
  )
  expect(ofKind(objects, 'Resiliency')).toHaveLength(1)
}
