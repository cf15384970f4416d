import { isWorkload, type Pod, podOf } from '../objects.ts'
import { fault, type Policy } from './scene.ts'

/** Alive asks after nothing, ready asks after everything: one for the other restarts pods because a database is away. */
export const probes: Policy = {
  sentence: 'every service is asked by three probes, and only the one for being ready looks at others',
  faults: ({ all }) =>
    all.flatMap((placed) => {
      const pod = isWorkload(placed.object) ? podOf(placed.object) : undefined
      const [main] = pod?.spec.containers ?? []
      if (!main) return []
      const expected = {
        startupProbe: '/health/live',
        livenessProbe: '/health/live',
        readinessProbe: '/health/ready',
      }
      return Object.entries(expected).flatMap(([name, path]) => {
        const probe = main[name as keyof typeof expected]?.httpGet
        return probe?.path === path
          ? []
          : [fault(placed, `asks ${probe?.path ?? 'nothing'} as ${name}, not ${path}`)]
      })
    }),
}

/** What is in flight gets its time on both sides, and the kubelet waits for it. */
export const drain: Policy = {
  sentence: 'a pod that goes has time for what is in flight, in the app and in its sidecar',
  faults: ({ all }) =>
    all.flatMap((placed) => {
      const pod = isWorkload(placed.object) ? podOf(placed.object) : undefined
      if (!pod) return []
      const needed = secondsToDrain(
        pod,
        all.find(({ object, release }) => object.kind === 'ConfigMap' && release === placed.release)?.object
          .data,
      )
      const given = pod.spec.terminationGracePeriodSeconds ?? 30
      return given > needed ? [] : [fault(placed, `is killed after ${given} s and may need ${needed} s`)]
    }),
}

function secondsToDrain({ metadata, spec }: Pod, settings: Readonly<Record<string, unknown>> = {}): number {
  const sidecar = ['dapr.io/block-shutdown-duration', 'dapr.io/graceful-shutdown-seconds']
  const waits = sidecar.map((name) => Number.parseInt(metadata.annotations[name] ?? 'NaN', 10))
  const sleep = spec.containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? Number.NaN
  return [sleep, Number(settings.SHUTDOWN_SECONDS), ...waits].reduce((sum, seconds) => sum + seconds, 0)
}
