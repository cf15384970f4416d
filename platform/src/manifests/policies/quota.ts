import { z } from 'zod'
import { isWorkload, type Manifest, podOf } from '../objects.ts'
import { everything } from './landscape.ts'
import { leastAndMost } from './replicas.ts'
import { fault, isWhole, ofKind, type Policy, type Scene } from './scene.ts'

const amounts = z.looseObject({ cpu: z.string().optional(), memory: z.string().optional() })
const resources = z.looseObject({ requests: amounts.default({}), limits: amounts.default({}) })
const counted = z.looseObject({ replicas: z.number().default(1) })
/** Made of by operators, a pod for each. */
const clustered = z.looseObject({
  instances: z.number().optional(),
  replicas: z.number().optional(),
  resources,
})
const quotaSpec = z.looseObject({ hard: z.record(z.string(), z.string()) })

/** What one pod takes, as the quota counts it. */
type Taken = Readonly<Record<(typeof names)[number], number>>
const names = ['requests.cpu', 'requests.memory', 'limits.memory', 'pods'] as const

/** Beyond it nothing is scheduled: an autoscaler that wants more would wait for ever, and a canary with it. */
export const quotas: Policy = {
  sentence: 'the quota holds everything at its largest, with one pod more of each while it is replaced',
  faults: (scene) =>
    isWhole(scene)
      ? ofKind(scene, 'ResourceQuota').flatMap((placed) => {
          const { hard } = quotaSpec.parse(placed.object.spec)
          const pods = everything(scene)
            .filter(({ namespace }) => namespace === placed.release.namespace)
            .flatMap(({ object }) => takenBy(scene, object))
          return names.flatMap((name) => {
            const most = pods.reduce((sum, [count, taken]) => sum + count * taken[name], 0)
            const allowed = hard[name]
            return allowed === undefined || most <= amountOf(allowed)
              ? []
              : [fault(placed, `allows ${allowed} of ${name}, and ${shown(name, most)} may be wanted`)]
          })
        })
      : [],
}

function takenBy(scene: Scene, object: Manifest): [count: number, each: Taken][] {
  const cluster = ['Cluster', 'RabbitmqCluster'].includes(object.kind)
    ? clustered.safeParse(object.spec).data
    : undefined
  if (cluster) return [[cluster.instances ?? cluster.replicas ?? 1, taken([cluster.resources], {})]]
  const pod = podOf(object)
  if (!pod) return []
  const each = taken(
    pod.spec.containers.map((container) => resources.parse(container.resources ?? {})),
    pod.metadata.annotations,
  )
  if (isWorkload(object)) return [[leastAndMost(scene, object)[1] + 1, each]]
  return [[object.kind === 'StatefulSet' ? counted.parse(object.spec).replicas : 1, each]]
}

function taken(
  containers: readonly z.infer<typeof resources>[],
  annotations: Readonly<Record<string, string>>,
): Taken {
  const sidecar = (word: string) => amountOf(annotations[`dapr.io/sidecar-${word}`])
  const sum = (part: 'requests' | 'limits', what: 'cpu' | 'memory') =>
    containers.reduce((so, one) => so + amountOf(one[part][what]), 0)
  return {
    'requests.cpu': sum('requests', 'cpu') + sidecar('cpu-request'),
    'requests.memory': sum('requests', 'memory') + sidecar('memory-request'),
    'limits.memory': sum('limits', 'memory') + sidecar('memory-limit'),
    pods: 1,
  }
}

const units: Readonly<Record<string, number>> = { '': 1, m: 0.001, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 }

function amountOf(text = '0'): number {
  const [, number = '', unit = ''] = /^([\d.]+)(m|Ki|Mi|Gi)?$/.exec(text) ?? []
  if (number === '') throw new Error(`${text} is no amount that is known here`)
  return Number(number) * (units[unit] ?? 1)
}

const shown = (name: string, amount: number): string =>
  name.endsWith('memory') ? `${(amount / 2 ** 30).toFixed(1)}Gi` : `${Math.ceil(amount * 10) / 10}`
