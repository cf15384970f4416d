import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ensureHelms, ensureKubectl } from '../tools/helm-and-kubectl.ts'
import { cache, root, toolFor } from '../tools/tools.fixture.ts'
import { overlays } from './kustomizations.ts'
import { type Loose, named, ofKind, valuesAt } from './objects.fixture.ts'
import { containersOf, type Pod, podOf } from './objects.ts'
import { environments, platformIn } from './releases.ts'
import { renderedBy } from './render.fixture.ts'
import { kustomize } from './render.ts'

const kubectl = await toolFor('k8s/', () => ensureKubectl(cache))
const [helm] = (await toolFor('Secrets that k8s/ reads', () => ensureHelms(cache))) ?? []

const parts = (await overlays(root))
  .filter(({ folder }) => folder.startsWith('k8s/'))
  .map((one) => ({ ...one, part: one.folder.split('/')[1] ?? '' }))
const data = ['postgres', 'rabbitmq', 'redis', 'storage', 'mail']

interface Selector {
  readonly matchLabels?: Record<string, string>
  readonly matchExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[]
}
const selects = (
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Record<string, string>,
): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''))

/** What an object makes pods of; what operators make they answer for. */
const podsOf = (object: Loose): Pod[] => [podOf(object) ?? []].flat()

describe.skipIf(!kubectl)('k8s/', () => {
  const rendered = new Map<string, Loose[]>()
  beforeAll(async () => {
    for (const { folder } of parts) rendered.set(folder, await kustomize(root, kubectl ?? '', folder))
  })
  const of = (folder: string): Loose[] => rendered.get(folder) ?? []

  it.each(parts)('$folder names an exact version of every image, and none of Bitnami', ({ folder }) => {
    const objects = of(folder)
    expect(objects.length).toBeGreaterThan(0)
    const images = [...valuesAt(objects, 'image'), ...valuesAt(objects, 'imageName')]
    for (const image of images.filter((one) => typeof one === 'string')) {
      expect(image).toMatch(/^[a-z0-9.-]+\.[a-z]+\/.+(:v?\d+\.\d+[^:]*|@sha256:[0-9a-f]{64})$/)
      expect(image).not.toMatch(/bitnami|:latest/i)
    }
  })

  it.each(parts)('$folder refers to ConfigMaps and accounts that it has', ({ folder }) => {
    const objects = of(folder)
    for (const object of objects) {
      for (const pod of podsOf(object)) {
        for (const reference of valuesAt(pod, 'configMap') as { name: string }[]) {
          // Kubernetes' own, in every namespace.
          if (reference.name === 'kube-root-ca.crt') continue
          expect(named(objects, 'ConfigMap', reference.name), reference.name).toBeDefined()
        }
        const account = pod.spec.serviceAccountName
        if (account) expect(named(objects, 'ServiceAccount', account), account).toBeDefined()
        else expect(pod.spec.automountServiceAccountToken, object.metadata.name).toBe(false)
      }
    }
  })

  it.each(parts.filter(({ part }) => part !== 'logs'))(
    '$folder keeps to pod security “restricted”',
    ({ folder }) => {
      for (const object of of(folder)) {
        for (const pod of podsOf(object)) {
          expect(pod.spec.securityContext, object.metadata.name).toMatchObject({
            runAsNonRoot: true,
            seccompProfile: { type: 'RuntimeDefault' },
          })
          for (const { name, securityContext, resources } of containersOf(pod)) {
            expect(securityContext, name).toEqual({
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            })
            expect(resources?.requests?.memory, name).toBe(resources?.limits?.memory)
          }
        }
      }
    },
  )

  const ofData = parts.filter(({ part }) => data.includes(part))

  it.each(ofData)(
    '$folder lies in the environment’s namespace, behind network policies of its own',
    ({ folder, environment }) => {
      const objects = of(folder)
      for (const { kind, metadata } of objects)
        expect(metadata.namespace, `${kind}/${metadata.name}`).toBe(`alta-${environment}`)
      const policies = ofKind(objects, 'NetworkPolicy').map(({ spec }) => spec.podSelector)
      const covered = (labels: Record<string, string>) => policies.some((wanted) => selects(wanted, labels))
      for (const object of objects) {
        for (const { metadata } of podsOf(object))
          expect(covered(metadata.labels), object.metadata.name).toBe(true)
        if (object.kind === 'Cluster') expect(covered({ 'cnpg.io/cluster': object.metadata.name })).toBe(true)
        if (object.kind === 'RabbitmqCluster')
          expect(covered({ 'app.kubernetes.io/name': object.metadata.name })).toBe(true)
      }
    },
  )

  it.each(ofData.filter(() => helm))(
    '$folder reads only Secrets that charts/platform makes',
    async ({ folder, environment }) => {
      const { manifests } = await renderedBy(helm, platformIn(environment))
      const secrets = new Map<string, string[]>()
      const objects: Loose[] = [...manifests]
      for (const { kind, metadata, data: keys, spec } of objects) {
        if (kind === 'Secret') secrets.set(metadata.name, Object.keys(keys ?? {}))
        if (kind === 'ExternalSecret') secrets.set(metadata.name, Object.keys(spec.target.template.data))
      }
      const references = ['secretKeyRef', 'accessKeyId', 'secretAccessKey'].flatMap((key) =>
        valuesAt(of(folder), key),
      )
      for (const { name, key } of references as { name: string; key: string }[]) {
        expect(secrets.get(name), name).toContain(key)
      }
      const whole = ['passwordSecret', 'importCredentialsSecret', 'secret'].flatMap((key) =>
        valuesAt(of(folder), key),
      )
      for (const { name } of whole as { name: string }[]) {
        expect(secrets.get(name), name).toEqual(expect.arrayContaining(['username', 'password']))
      }
    },
  )

  it('gives every service with a database its login role, and nobody else', () => {
    const { apps }: { apps: Record<string, { needs?: string[] }> } = parse(
      readFileSync(join(root, 'charts/platform/files/apps.yaml'), 'utf8'),
    )
    const wanted = Object.keys(apps).filter((app) => apps[app]?.needs?.includes('database'))
    for (const environment of environments) {
      const roles: { name: string; login: boolean; inRoles?: string[]; passwordSecret?: { name: string } }[] =
        named(of(`k8s/postgres/overlays/${environment}`), 'Cluster', 'postgres')?.spec.managed.roles
      const logins = roles.filter(({ login }) => login)
      expect(logins.map(({ name }) => name).sort()).toEqual(wanted.map((app) => `alta_${app}`).sort())
      for (const { name, inRoles, passwordSecret } of logins) {
        expect(inRoles).toEqual(['alta_services'])
        expect(`alta_${passwordSecret?.name}`).toBe(`${name}-database`)
      }
    }
  })

  it('keeps what holds data when a file or an Application goes', () => {
    for (const environment of environments) {
      for (const [part, kind] of [
        ['postgres', 'Cluster'],
        ['rabbitmq', 'RabbitmqCluster'],
      ] as const) {
        const [object] = ofKind(of(`k8s/${part}/overlays/${environment}`), kind)
        expect(object?.metadata.annotations?.['argocd.argoproj.io/sync-options']).toBe(
          'Prune=false,Delete=false',
        )
      }
    }
  })

  it('runs three of what must agree, in production', () => {
    const spec = (part: string, kind: string) => ofKind(of(`k8s/${part}/overlays/production`), kind)[0]?.spec
    expect(spec('postgres', 'Cluster').instances).toBe(3)
    expect(spec('rabbitmq', 'RabbitmqCluster').replicas).toBe(3)
    expect(spec('redis', 'StatefulSet').replicas).toBe(3)
    expect(spec('monitoring', 'Alertmanager').replicas).toBe(3)
  })

  it('backs the database up and restores it for a test wherever there is a store', () => {
    for (const environment of ['staging', 'production']) {
      const objects = of(`k8s/postgres/overlays/${environment}`)
      const plugin = named(objects, 'Cluster', 'postgres')?.spec.plugins[0]
      const [backup] = ofKind(objects, 'ScheduledBackup')
      expect(named(objects, 'ObjectStore', plugin.parameters.barmanObjectName)).toBeDefined()
      expect(backup?.spec).toMatchObject({ method: 'plugin', cluster: { name: 'postgres' } })
      expect(backup?.spec.pluginConfiguration.name).toBe(plugin.name)
      expect(ofKind(objects, 'CronJob')).toHaveLength(1)
    }
  })

  it('builds the recovery that no environment includes', async () => {
    const objects: Loose[] = await kustomize(root, kubectl ?? '', 'k8s/postgres/recovery')
    const [cluster] = objects
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Cluster postgres-restored',
    ])
    // As large as the one that it stands in for, and behind the same policies.
    const production = of('k8s/postgres/overlays/production')
    const { bootstrap: _, plugins: __, ...same } = named(production, 'Cluster', 'postgres')?.spec ?? {}
    expect(cluster?.spec).toMatchObject(same)
    expect(Object.keys(cluster?.spec.bootstrap)).toEqual(['recovery'])
    for (const policy of ['postgres', 'postgres-backups']) {
      const { podSelector } = named(production, 'NetworkPolicy', policy)?.spec ?? {}
      expect(selects(podSelector, { 'cnpg.io/cluster': 'postgres-restored' }), policy).toBe(true)
    }
    const [source] = cluster?.spec.externalClusters ?? []
    const [target] = cluster?.spec.plugins ?? []
    // The same name would write over the archive that it reads.
    expect(target.parameters.serverName).not.toBe(source.plugin.parameters.serverName)
  })
})
