import { z } from 'zod'
import { isWorkload, type Manifest, podOf } from '../objects.ts'
import { fits } from './ports.ts'
import { fault, ofKind, type Policy, type Scene } from './scene.ts'

const target = z.looseObject({ apiVersion: z.string(), kind: z.string(), name: z.string() })
const autoscaler = z.looseObject({
  scaleTargetRef: target,
  minReplicas: z.number().optional(),
  maxReplicas: z.number().optional(),
  minReplicaCount: z.number().optional(),
  maxReplicaCount: z.number().optional(),
})
const counted = z.looseObject({ replicas: z.number().optional() })
const budget = z.looseObject({
  maxUnavailable: z.number().optional(),
  unhealthyPodEvictionPolicy: z.string().optional(),
  selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()) }),
})

const scalersOf = (scene: Scene, { metadata }: Manifest): Manifest[] =>
  ofKind(scene, 'HorizontalPodAutoscaler', 'ScaledObject')
    .map((scaler) => scaler.object)
    .filter(({ spec }) => autoscaler.parse(spec).scaleTargetRef.name === metadata.name)

export const oneOwnerOfReplicas: Policy = {
  sentence: 'the number of replicas has one owner, which is there and scales what is there',
  faults: (scene) => {
    const workloads = scene.all.filter(({ object }) => isWorkload(object))
    const owned = workloads.flatMap((placed) => {
      const scalers = scalersOf(scene, placed.object)
      const { replicas } = counted.parse(placed.object.spec)
      if (scalers.length > 1) return [fault(placed, 'is scaled by two autoscalers')]
      if (scalers.length === 1 && replicas !== undefined)
        return [
          fault(placed, 'sets replicas, which its autoscaler changes: each upgrade would set them back'),
        ]
      return scalers.length === 0 && replicas === undefined
        ? [fault(placed, 'has no number of replicas')]
        : []
    })
    const targets = ofKind(scene, 'HorizontalPodAutoscaler', 'ScaledObject').flatMap((placed) => {
      const scaler = autoscaler.parse(placed.object.spec)
      const to = scaler.scaleTargetRef
      const [least, most] = boundsOf(scaler)
      const there = workloads.some(
        ({ object }) =>
          object.kind === to.kind && object.apiVersion === to.apiVersion && object.metadata.name === to.name,
      )
      return [
        ...(there ? [] : [fault(placed, `scales ${to.kind} ${to.name}, which is not there`)]),
        ...(least <= most ? [] : [fault(placed, `wants at least ${least} and at most ${most}`)]),
      ]
    })
    return [...owned, ...targets]
  },
}

export const disruptionBudgets: Policy = {
  sentence: 'what has several replicas loses one at a time on purpose; a single one never holds a node back',
  faults: (scene) =>
    scene.all
      .filter(({ object }) => isWorkload(object))
      .flatMap((placed) => {
        const budgets = ofKind(scene, 'PodDisruptionBudget').filter(
          ({ release }) => release === placed.release,
        )
        const several = leastAndMost(scene, placed.object)[0] > 1
        if (budgets.length !== (several ? 1 : 0))
          return [
            fault(
              placed,
              `has ${budgets.length} budgets and ${several ? 'several replicas' : 'one replica'}`,
            ),
          ]
        return budgets.flatMap((one) => {
          const { maxUnavailable, unhealthyPodEvictionPolicy, selector } = budget.parse(one.object.spec)
          return [
            ...(maxUnavailable === 1 && unhealthyPodEvictionPolicy === 'AlwaysAllow'
              ? []
              : [fault(one, 'does not let one pod go, or holds those that are not ready')]),
            ...(fits(selector.matchLabels, podOf(placed.object)?.metadata.labels ?? {})
              ? []
              : [fault(one, `is not about the pods of ${placed.object.metadata.name}`)]),
          ]
        })
      }),
}

/** Between how many replicas a workload may have. */
export function leastAndMost(scene: Scene, workload: Manifest): [least: number, most: number] {
  const [scaler] = scalersOf(scene, workload)
  if (scaler) return boundsOf(autoscaler.parse(scaler.spec))
  const { replicas = 1 } = counted.parse(workload.spec)
  return [replicas, replicas]
}

interface Bounds {
  readonly minReplicas?: number | undefined
  readonly maxReplicas?: number | undefined
  readonly minReplicaCount?: number | undefined
  readonly maxReplicaCount?: number | undefined
}

/** Kubernetes' own autoscaler and KEDA name them differently. */
const boundsOf = (bounds: Bounds): [least: number, most: number] => [
  bounds.minReplicas ?? bounds.minReplicaCount ?? 1,
  bounds.maxReplicas ?? bounds.maxReplicaCount ?? 1,
]
