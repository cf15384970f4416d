import { z } from 'zod'
import { containersOf, type Manifest, podOf } from '../objects.ts'
import { fault, ofKind, type Placed, type Policy, type Scene } from './scene.ts'

/**
 * Made outside of what is rendered: the tokens and passwords of a service by charts/platform (where it is rendered too,
 * they are looked for there), the account `default` by Kubernetes, the registry's credentials by whoever runs it.
 */
const external = (placed: Placed): Readonly<Record<string, readonly string[]>> => {
  const { name } = placed.release
  return {
    Secret: [name, `${name}-dapr`, `${name}-app`, 'database-owner', 'rabbitmq', 'redis', 'registry'],
    ServiceAccount: ['default'],
    VirtualService: ['gateway'],
  }
}

interface Reference {
  readonly kind: string
  readonly name: string
}

export const references: Policy = {
  sentence: 'nothing is named that does not exist',
  faults: (scene) =>
    scene.all.flatMap((placed) =>
      referencesOf(placed.object)
        .filter((to) => !isThere(scene, placed, to))
        .map(({ kind, name }) => fault(placed, `names ${kind} ${name}, which nobody makes`)),
    ),
}

function isThere(scene: Scene, placed: Placed, { kind, name }: Reference): boolean {
  const kinds = kind === 'Secret' ? ['Secret', 'ExternalSecret'] : [kind]
  if (ofKind(scene, ...kinds).some(({ object }) => object.metadata.name === name)) return true
  // With the platform's chart in the scene its objects have to be there; without it they are taken for granted.
  const complete = scene.all.some(({ release }) => release.chart === 'platform')
  const taken =
    complete && ['Secret', 'VirtualService'].includes(kind) ? ['registry'] : (external(placed)[kind] ?? [])
  return taken.includes(name)
}

const reference = z.looseObject({ name: z.string() })
const templated = z.array(z.looseObject({ templateName: z.string() }))

function referencesOf(object: Manifest): Reference[] {
  const found: Reference[] = [...ofPod(object), ...ofRollout(object)]
  if (object.kind === 'RoleBinding') {
    const binding = z.looseObject({ roleRef: reference, subjects: z.array(reference) }).parse(object)
    found.push({ kind: 'Role', name: binding.roleRef.name })
    found.push(...binding.subjects.map(({ name }) => ({ kind: 'ServiceAccount', name })))
  }
  if (object.kind === 'ScaledObject') {
    const trigger = z.looseObject({ authenticationRef: reference.optional() })
    const { triggers } = z.looseObject({ triggers: z.array(trigger) }).parse(object.spec)
    for (const { authenticationRef } of triggers)
      if (authenticationRef) found.push({ kind: 'TriggerAuthentication', name: authenticationRef.name })
  }
  if (object.kind === 'TriggerAuthentication') {
    const { secretTargetRef } = z.looseObject({ secretTargetRef: z.array(reference) }).parse(object.spec)
    found.push(...secretTargetRef.map(({ name }) => ({ kind: 'Secret', name })))
  }
  return found
}

function ofPod(object: Manifest): Reference[] {
  const pod = podOf(object)
  if (!pod) return []
  const { serviceAccountName = 'default', imagePullSecrets } = pod.spec
  const tokens = ['dapr.io/api-token-secret', 'dapr.io/app-token-secret'].flatMap(
    (name) => pod.metadata.annotations[name] ?? [],
  )
  const secrets = containersOf(pod).flatMap(({ env, envFrom }) => [
    ...env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []),
    ...envFrom.flatMap(({ secretRef }) => secretRef?.name ?? []),
  ])
  const maps = containersOf(pod).flatMap(({ env, envFrom }) => [
    ...env.flatMap(({ valueFrom }) => valueFrom?.configMapKeyRef?.name ?? []),
    ...envFrom.flatMap(({ configMapRef }) => configMapRef?.name ?? []),
  ])
  return [
    { kind: 'ServiceAccount', name: serviceAccountName },
    ...[...secrets, ...tokens, ...imagePullSecrets.map(({ name }) => name)].map((name) => ({
      kind: 'Secret',
      name,
    })),
    ...maps.map((name) => ({ kind: 'ConfigMap', name })),
  ]
}

/** Services, AnalysisTemplates and VirtualServices, wherever they stand in the strategy. */
function ofRollout(object: Manifest): Reference[] {
  if (object.kind !== 'Rollout') return []
  const found: Reference[] = []
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (/^(stable|canary|active|preview)Service$/.test(key) && typeof inner === 'string')
        found.push({ kind: 'Service', name: inner })
      if (key === 'templates')
        found.push(
          ...templated
            .parse(inner)
            .map(({ templateName }) => ({ kind: 'AnalysisTemplate', name: templateName })),
        )
      if (key === 'virtualService') found.push({ kind: 'VirtualService', name: reference.parse(inner).name })
      look(inner)
    }
  }
  look(z.looseObject({ strategy: z.unknown() }).parse(object.spec).strategy)
  return found
}
