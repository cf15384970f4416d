import { z } from 'zod'
import { containersOf, type Manifest, podOf } from '../objects.ts'

/** What an object names. */
export interface Reference {
  readonly kind: string
  readonly name: string
  /** Of a Secret or a ConfigMap. */
  readonly key?: string | undefined
}

const reference = z.looseObject({ name: z.string() })
const withKey = z.looseObject({ name: z.string(), key: z.string() })
const typed = z.looseObject({ kind: z.string(), name: z.string() })
const templated = z.array(z.looseObject({ templateName: z.string() }))
const volume = z.looseObject({
  configMap: z.looseObject({ name: z.string() }).optional(),
  secret: z.looseObject({ secretName: z.string() }).optional(),
  persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional(),
})

/** Every name of another object, as far as it is known where this kind has them. */
export function referencesOf(object: Manifest): Reference[] {
  return [...ofPod(object), ...(byKind[object.kind]?.(object) ?? [])]
}

const byKind: Readonly<Record<string, (object: Manifest) => Reference[]>> = {
  Rollout: ({ spec }) => ofStrategy(z.looseObject({ strategy: z.unknown() }).parse(spec).strategy),
  Role: (role) => {
    const rule = z.looseObject({
      resources: z.array(z.string()),
      resourceNames: z.array(z.string()).default([]),
    })
    const { rules } = z.looseObject({ rules: z.array(rule) }).parse(role)
    return rules
      .filter(({ resources }) => resources.includes('secrets'))
      .flatMap(({ resourceNames }) => resourceNames.map((name) => ({ kind: 'Secret', name })))
  },
  RoleBinding: (binding) => {
    const { roleRef, subjects } = z
      .looseObject({ roleRef: reference, subjects: z.array(reference) })
      .parse(binding)
    return [
      { kind: 'Role', name: roleRef.name },
      ...subjects.map(({ name }) => ({ kind: 'ServiceAccount', name })),
    ]
  },
  ScaledObject: ({ spec }) => {
    const trigger = z.looseObject({ authenticationRef: reference.optional() })
    const { triggers } = z.looseObject({ triggers: z.array(trigger) }).parse(spec)
    return triggers.flatMap(({ authenticationRef: to }) =>
      to ? [{ kind: 'TriggerAuthentication', name: to.name }] : [],
    )
  },
  TriggerAuthentication: ({ spec }) =>
    z
      .looseObject({ secretTargetRef: z.array(withKey) })
      .parse(spec)
      .secretTargetRef.map(({ name, key }) => ({ kind: 'Secret', name, key })),
  Component: ({ spec }) => {
    const setting = z.looseObject({ secretKeyRef: withKey.optional() })
    const { metadata } = z.looseObject({ metadata: z.array(setting).default([]) }).parse(spec)
    return metadata.flatMap(({ secretKeyRef: to }) =>
      to ? [{ kind: 'Secret', name: to.name, key: to.key }] : [],
    )
  },
  AlertmanagerConfig: ({ spec }) =>
    pairsIn(z.looseObject({ receivers: z.unknown() }).parse(spec).receivers).map((to) => ({
      kind: 'Secret',
      ...to,
    })),
  ExternalSecret: ({ spec }) => [z.looseObject({ secretStoreRef: typed }).parse(spec).secretStoreRef],
  Certificate: ({ spec }) => [z.looseObject({ issuerRef: typed }).parse(spec).issuerRef],
  Policy: ({ spec }) => [
    {
      kind: 'RabbitmqCluster',
      name: z.looseObject({ rabbitmqClusterReference: reference }).parse(spec).rabbitmqClusterReference.name,
    },
  ],
}

function ofPod(object: Manifest): Reference[] {
  const pod = podOf(object)
  if (!pod) return []
  const { serviceAccountName = 'default', imagePullSecrets, priorityClassName, volumes } = pod.spec
  const { annotations } = pod.metadata
  const sidecar = annotations['dapr.io/enabled'] === 'true'
  // The injector takes the key `token` of both.
  const tokens = ['dapr.io/api-token-secret', 'dapr.io/app-token-secret'].flatMap(
    (name) => annotations[name] ?? [],
  )
  return [
    { kind: 'ServiceAccount', name: serviceAccountName },
    ...(priorityClassName ? [{ kind: 'PriorityClass', name: priorityClassName }] : []),
    ...imagePullSecrets.map(({ name }) => ({ kind: 'Secret', name })),
    ...tokens.map((name) => ({ kind: 'Secret', name, key: 'token' })),
    ...(sidecar && annotations['dapr.io/config']
      ? [{ kind: 'Configuration', name: annotations['dapr.io/config'] }]
      : []),
    ...volumes.flatMap((one) => ofVolume(volume.parse(one))),
    ...containersOf(pod).flatMap(({ env, envFrom }) => [
      ...env.flatMap(({ valueFrom }) => [
        ...(valueFrom?.secretKeyRef ? [{ kind: 'Secret', ...valueFrom.secretKeyRef }] : []),
        ...(valueFrom?.configMapKeyRef ? [{ kind: 'ConfigMap', ...valueFrom.configMapKeyRef }] : []),
      ]),
      ...envFrom.flatMap(({ configMapRef, secretRef }) => [
        ...(secretRef ? [{ kind: 'Secret', name: secretRef.name }] : []),
        ...(configMapRef ? [{ kind: 'ConfigMap', name: configMapRef.name }] : []),
      ]),
    ]),
  ]
}

const ofVolume = ({ configMap, secret, persistentVolumeClaim }: z.infer<typeof volume>): Reference[] => [
  ...(configMap ? [{ kind: 'ConfigMap', name: configMap.name }] : []),
  ...(secret ? [{ kind: 'Secret', name: secret.secretName }] : []),
  ...(persistentVolumeClaim
    ? [{ kind: 'PersistentVolumeClaim', name: persistentVolumeClaim.claimName }]
    : []),
]

/** Services, AnalysisTemplates and VirtualServices, wherever they stand in the strategy. */
function ofStrategy(value: unknown): Reference[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(/^(stable|canary|active|preview)Service$/.test(key) && typeof inner === 'string'
      ? [{ kind: 'Service', name: inner }]
      : []),
    ...(key === 'templates'
      ? templated.parse(inner).map(({ templateName }) => ({ kind: 'AnalysisTemplate', name: templateName }))
      : []),
    ...(key === 'virtualService' ? [{ kind: 'VirtualService', name: reference.parse(inner).name }] : []),
    ...ofStrategy(inner),
  ])
}

/** Every `{ name, key }`. */
function pairsIn(node: unknown): { name: string; key: string }[] {
  if (Array.isArray(node)) return node.flatMap(pairsIn)
  if (typeof node !== 'object' || node === null) return []
  const found = withKey.safeParse(node)
  return found.success
    ? [{ name: found.data.name, key: found.data.key }]
    : Object.values(node).flatMap(pairsIn)
}
