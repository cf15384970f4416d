import { parse } from 'yaml'
import { z } from 'zod'

// Of Kubernetes' objects only what a policy looks at; everything else passes through as it is.

const strings = z.record(z.string(), z.string())
const reference = z.looseObject({ name: z.string(), key: z.string().optional() })

const probe = z.looseObject({
  httpGet: z.looseObject({ path: z.string(), port: z.union([z.string(), z.number()]) }).optional(),
})

const containerSecurity = z.looseObject({
  allowPrivilegeEscalation: z.boolean().optional(),
  readOnlyRootFilesystem: z.boolean().optional(),
  privileged: z.boolean().optional(),
  runAsUser: z.number().optional(),
  capabilities: z
    .looseObject({ drop: z.array(z.string()).optional(), add: z.array(z.string()).optional() })
    .optional(),
})

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z
    .array(
      z.looseObject({
        name: z.string(),
        value: z.string().optional(),
        valueFrom: z
          .looseObject({ secretKeyRef: reference.optional(), configMapKeyRef: reference.optional() })
          .optional(),
      }),
    )
    .default([]),
  envFrom: z
    .array(z.looseObject({ configMapRef: reference.optional(), secretRef: reference.optional() }))
    .default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  lifecycle: z
    .looseObject({
      preStop: z.looseObject({ sleep: z.object({ seconds: z.number() }).optional() }).optional(),
    })
    .optional(),
  resources: z.looseObject({ requests: strings.optional(), limits: strings.optional() }).optional(),
  securityContext: containerSecurity.optional(),
})

const podSpec = z.looseObject({
  serviceAccountName: z.string().optional(),
  automountServiceAccountToken: z.boolean().optional(),
  priorityClassName: z.string().optional(),
  enableServiceLinks: z.boolean().optional(),
  terminationGracePeriodSeconds: z.number().optional(),
  hostNetwork: z.boolean().optional(),
  hostPID: z.boolean().optional(),
  hostIPC: z.boolean().optional(),
  imagePullSecrets: z.array(reference).default([]),
  securityContext: z
    .looseObject({
      runAsNonRoot: z.boolean().optional(),
      runAsUser: z.number().optional(),
      seccompProfile: z.looseObject({ type: z.string() }).optional(),
    })
    .optional(),
  initContainers: z.array(container).default([]),
  containers: z.array(container),
  volumes: z.array(z.looseObject({ name: z.string() })).default([]),
})

const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  labels: strings.default({}),
  annotations: strings.default({}),
})

const podTemplate = z.looseObject({ metadata: metadata.partial({ name: true }), spec: podSpec })

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata,
  spec: z.unknown().optional(),
  data: strings.optional(),
})

export type Manifest = z.infer<typeof manifest>
export type Container = z.infer<typeof container>
export type Pod = z.infer<typeof podTemplate>

/**
 * The objects in a stream of YAML documents. A document that was read before is not read again: most of what one
 * environment has the others have too.
 * @throws {Error} for a key that is there twice, which Helm and the API server would take without a word
 */
export const manifestsOf = (text: string): Manifest[] => documentsOf(text).flatMap(manifestOf)

/** A `---` inside of a text is indented. */
export const documentsOf = (text: string): string[] => text.split(/^---$/m)

const read = new Map<string, Manifest | undefined>()

function manifestOf(document: string): Manifest | [] {
  if (!read.has(document)) {
    const content: unknown = parse(document)
    read.set(document, content === null || content === undefined ? undefined : manifest.parse(content))
  }
  return read.get(document) ?? []
}

const withTemplate = z.looseObject({ template: podTemplate })

/** The pod that an object makes, or is. */
export function podOf(object: Manifest): Pod | undefined {
  if (['Deployment', 'Rollout', 'Job', 'StatefulSet', 'DaemonSet'].includes(object.kind))
    return withTemplate.parse(object.spec).template
  if (object.kind === 'CronJob')
    return z.looseObject({ jobTemplate: z.looseObject({ spec: withTemplate }) }).parse(object.spec)
      .jobTemplate.spec.template
  if (object.kind === 'Pod') return podTemplate.parse({ metadata: object.metadata, spec: object.spec })
  return undefined
}

export const containersOf = (pod: Pod): Container[] => [...pod.spec.initContainers, ...pod.spec.containers]

/** Whether it runs on until it is replaced. */
export const isWorkload = ({ kind }: Manifest): boolean => kind === 'Deployment' || kind === 'Rollout'

/** As it is called in a fault. */
export const titleOf = ({ kind, metadata: { name } }: Manifest): string => `${kind} ${name}`
