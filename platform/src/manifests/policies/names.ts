import { z } from 'zod'
import { isWorkload, podOf } from '../objects.ts'
import { fault, ofKind, type Placed, type Policy, type Scene } from './scene.ts'

/** Dapr routes calls by the app-id, RabbitMQ queues begin with it, PostgreSQL's role ends with it. */
export const oneName: Policy = {
  sentence:
    'app-id, release, Service, service account, workload, container and role of a service have one name',
  faults: (scene) =>
    scene.all
      .filter(({ object, release }) => release.chart === 'service' && isWorkload(object))
      .flatMap((placed) => {
        const { name } = placed.release
        const pod = podOf(placed.object)
        const found: Readonly<Record<string, string | undefined>> = {
          'the workload': placed.object.metadata.name,
          'its app-id': pod?.metadata.annotations['dapr.io/app-id'],
          'its service account': pod?.spec.serviceAccountName,
          'its container': pod?.spec.containers[0]?.name,
          'its label': pod?.metadata.labels['app.kubernetes.io/name'],
          'its image': /\/([^/@:]+)(:[^/]*)?(@.*)?$/.exec(pod?.spec.containers[0]?.image ?? '')?.[1],
          'its Service': named(scene, placed, 'Service'),
          'its ServiceAccount': named(scene, placed, 'ServiceAccount'),
          ...roleOf(scene, placed),
        }
        return Object.entries(found)
          .filter(([, is]) => is !== name)
          .map(([what, is]) => fault(placed, `is released as ${name}, but ${what} is ${is ?? 'not there'}`))
      }),
}

const named = (scene: Scene, { release }: Placed, kind: string): string | undefined =>
  ofKind(scene, kind).find((one) => one.release === release && one.object.metadata.name === release.name)
    ?.object.metadata.name

/** Without `alta_`, and only where there is a database. */
function roleOf(scene: Scene, { release }: Placed): Record<string, string | undefined> {
  const settings = ofKind(scene, 'ConfigMap').find((one) => one.release === release)?.object.data
  const role = settings?.POSTGRES_USER
  return role === undefined ? {} : { 'its role': String(role).replace(/^alta_/, '') }
}

const triggers = z.looseObject({
  triggers: z.array(z.looseObject({ type: z.string(), metadata: z.record(z.string(), z.string()) })),
})
/** KEDA takes any text for these; a mistyped one scales nothing. */
const triggerKeys = ['protocol', 'queueName', 'mode', 'value', 'activationValue']

export const queues: Policy = {
  sentence: 'what a service is scaled by is a queue of its own that the broker has',
  faults: (scene) =>
    ofKind(scene, 'ScaledObject').flatMap((placed) =>
      triggers.parse(placed.object.spec).triggers.flatMap(({ type, metadata }) => {
        const queue = metadata.queueName ?? ''
        const unknown = Object.keys(metadata).filter((key) => !triggerKeys.includes(key))
        return [
          ...(type === 'rabbitmq' ? [] : [fault(placed, `has a trigger ${type}`)]),
          ...unknown.map((key) => fault(placed, `has a trigger with ${key}, which is not known here`)),
          ...(metadata.mode === 'QueueLength' && metadata.protocol === 'http'
            ? []
            : [fault(placed, 'does not count what is delivered and not acknowledged')]),
          ...(scene.facts.queues.has(queue)
            ? []
            : [fault(placed, `counts ${queue}, which is no queue of ours`)]),
          ...(queue.startsWith(`${placed.release.name}-`)
            ? []
            : [fault(placed, `counts ${queue}, a queue of others`)]),
        ]
      }),
    ),
}

export const labels: Policy = {
  sentence: 'every object says what it belongs to, and selectors go by what never changes',
  faults: (scene) =>
    scene.all
      .filter(({ release }) => release.chart === 'service')
      .flatMap((placed) => {
        const { labels: own } = placed.object.metadata
        const wanted = ['name', 'instance', 'part-of', 'version', 'managed-by'].map(
          (word) => `app.kubernetes.io/${word}`,
        )
        const missing = wanted
          .filter((label) => !own[label])
          .map((label) => fault(placed, `has no label ${label}`))
        const selected = selector.safeParse(placed.object.spec).data?.selector?.matchLabels
        if (!selected || !isWorkload(placed.object)) return missing
        const odd = Object.keys(selected).filter((label) => !/\/(name|instance)$/.test(label))
        return [...missing, ...odd.map((label) => fault(placed, `selects by ${label}, which changes`))]
      }),
}
const selector = z.looseObject({
  selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).optional() }).optional(),
})
