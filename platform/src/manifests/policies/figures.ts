import { z } from 'zod'
import { fault, ofKind, type Policy } from './scene.ts'

const endpoint = z.looseObject({
  relabelings: z.array(z.looseObject({ targetLabel: z.string(), replacement: z.string() })).default([]),
})
const monitor = z.looseObject({
  endpoints: z.array(endpoint).default([]),
  podMetricsEndpoints: z.array(endpoint).default([]),
})

/** As `make observe` calls them as well; see platform/src/observe/prometheus.ts. */
export const figures: Policy = {
  sentence:
    'figures come under the names that alerts and dashboards ask for: the app-id, and daprd for sidecars',
  faults: (scene) =>
    ofKind(scene, 'ServiceMonitor', 'PodMonitor')
      .filter(({ release }) => release.chart === 'service')
      .flatMap((placed) => {
        const { endpoints, podMetricsEndpoints } = monitor.parse(placed.object.spec)
        const { name } = placed.release
        const job = placed.object.kind === 'PodMonitor' ? 'daprd' : name
        return [...endpoints, ...podMetricsEndpoints].flatMap(({ relabelings }) =>
          Object.entries({ job, service: name }).flatMap(([label, wanted]) => {
            const given = relabelings.find(({ targetLabel }) => targetLabel === label)?.replacement
            return given === wanted
              ? []
              : [fault(placed, `gives figures the ${label} ${given}, not ${wanted}`)]
          }),
        )
      }),
}
