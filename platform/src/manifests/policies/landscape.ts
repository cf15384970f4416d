import { z } from 'zod'
import { containersOf, type Manifest, manifestsOf, podOf } from '../objects.ts'
import type { Scene } from './scene.ts'

/** An object and where it lies. */
export interface Located {
  readonly namespace: string
  readonly object: Manifest
}

/** Pods that one object makes. */
export interface Pods {
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly ports: readonly number[]
}

/** A name that is resolved within the cluster. */
export interface Address {
  readonly namespace: string
  readonly name: string
  readonly ports: readonly number[]
}

/** Everything that is there, whoever brings it. */
export const everything = ({ all, beside }: Scene): Located[] => [
  ...all.map(({ object, release }) => ({
    object,
    namespace: object.metadata.namespace ?? release.namespace,
  })),
  ...beside.flatMap((object) =>
    [object, ...carriedBy(object)].map((one) => ({
      object: one,
      namespace: one.metadata.namespace ?? object.metadata.namespace ?? '',
    })),
  ),
]

/** Objects that a Job makes of a ConfigMap, as the restore test does. */
const carriedBy = ({ kind, data = {} }: Manifest): Manifest[] =>
  kind === 'ConfigMap'
    ? Object.values(data)
        .filter((text) => /^apiVersion: [a-z.]+\/v/m.test(text))
        .flatMap(manifestsOf)
    : []

/** What the injector's container listens at. */
const ofSidecar = [3500, 50001, 50002, 9090]

/** Pods and Services that operators make of our objects: selectors and hosts name those. */
const ofOperators: Readonly<
  Record<string, (name: string) => Omit<Pods, 'namespace'> & { readonly services: readonly string[] }>
> = {
  'postgresql.cnpg.io/Cluster': (name) => ({
    labels: { 'cnpg.io/cluster': name },
    ports: [5432, 8000, 9187],
    services: [`${name}-rw`, `${name}-ro`, `${name}-r`],
  }),
  'postgresql.cnpg.io/Pooler': (name) => ({
    labels: { 'cnpg.io/poolerName': name },
    ports: [5432, 9127],
    services: [name],
  }),
  'rabbitmq.com/RabbitmqCluster': (name) => ({
    labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'rabbitmq' },
    ports: [4369, 5672, 15672, 15692, 25672],
    services: [name, `${name}-nodes`],
  }),
  'monitoring.coreos.com/Prometheus': (name) => ({
    labels: { 'app.kubernetes.io/name': 'prometheus', prometheus: name },
    ports: [9090],
    services: ['prometheus-operated'],
  }),
  'monitoring.coreos.com/Alertmanager': (name) => ({
    labels: { 'app.kubernetes.io/name': 'alertmanager', alertmanager: name },
    ports: [9093, 9094],
    services: ['alertmanager-operated'],
  }),
}

const inheriting = z.looseObject({
  inheritedMetadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }).optional(),
})

/** With the labels that the object hands on to what is made of it. */
function madeByOperator({ apiVersion, kind, metadata, spec }: Manifest) {
  const made = ofOperators[`${apiVersion.split('/')[0]}/${kind}`]?.(metadata.name)
  const handedOn = inheriting.safeParse(spec).data?.inheritedMetadata?.labels
  return made && { ...made, labels: { ...made.labels, ...handedOn } }
}

export const podsIn = (scene: Scene): Pods[] =>
  everything(scene).flatMap(({ object, namespace }) => {
    const made = madeByOperator(object)
    if (made) return [{ namespace, labels: made.labels, ports: made.ports }]
    const pod = podOf(object)
    if (!pod) return []
    const own = containersOf(pod).flatMap((container) =>
      container.ports.map(({ containerPort }) => containerPort),
    )
    const sidecar = pod.metadata.annotations['dapr.io/enabled'] === 'true' ? ofSidecar : []
    return [{ namespace, labels: pod.metadata.labels, ports: [...own, ...sidecar] }]
  })

const servicePorts = z.looseObject({ ports: z.array(z.looseObject({ port: z.number() })) })

export const addressesIn = (scene: Scene): Address[] =>
  everything(scene).flatMap(({ object, namespace }) => {
    const made = madeByOperator(object)
    if (made) return made.services.map((name) => ({ namespace, name, ports: made.ports }))
    if (object.apiVersion !== 'v1' || object.kind !== 'Service') return []
    const { ports } = servicePorts.parse(object.spec)
    return [{ namespace, name: object.metadata.name, ports: ports.map(({ port }) => port) }]
  })

const application = z.looseObject({
  destination: z.looseObject({ namespace: z.string() }),
  syncPolicy: z.looseObject({
    managedNamespaceMetadata: z.looseObject({ labels: z.record(z.string(), z.string()) }).optional(),
  }),
})

/** Labels of every namespace that something is installed into. */
export function namespacesIn({ beside }: Scene): Map<string, Readonly<Record<string, string>>> {
  const found = new Map([['kube-system', { [nameOfNamespace]: 'kube-system' } as Record<string, string>]])
  for (const { kind, spec } of beside) {
    if (kind !== 'Application') continue
    const { destination, syncPolicy } = application.parse(spec)
    const name = destination.namespace
    const labels = syncPolicy.managedNamespaceMetadata?.labels
    found.set(name, { ...found.get(name), ...labels, [nameOfNamespace]: name })
  }
  return found
}
/** Set by Kubernetes itself. */
const nameOfNamespace = 'kubernetes.io/metadata.name'
