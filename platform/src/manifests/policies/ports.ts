import { z } from 'zod'
import { containersOf, isWorkload, type Pod, podOf } from '../objects.ts'
import { fault, ofKind, type Placed, type Policy, type Scene } from './scene.ts'

const service = z.looseObject({
  selector: z.record(z.string(), z.string()),
  ports: z.array(z.looseObject({ name: z.string(), targetPort: z.union([z.string(), z.number()]) })),
})
const monitor = z.looseObject({
  selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()) }),
  endpoints: z.array(z.looseObject({ port: z.string() })).default([]),
  podMetricsEndpoints: z.array(z.looseObject({ port: z.string() })).default([]),
})

/** Ports that Dapr's injector gives its container, by their names. */
const ofSidecar = ['dapr-http', 'dapr-grpc', 'dapr-internal', 'dapr-metrics']

export const ports: Policy = {
  sentence: 'every port that is named is one that a container has',
  faults: (scene) => [
    ...ofKind(scene, 'Service')
      .filter(({ release }) => release.chart === 'service')
      .flatMap((placed) => {
        const { selector, ports: offered } = service.parse(placed.object.spec)
        const pods = podsBy(scene, placed, selector)
        if (pods.length !== 1) return [fault(placed, `is in front of ${pods.length} workloads`)]
        return offered
          .filter(({ targetPort }) => !portNames(pods).includes(String(targetPort)))
          .map(({ targetPort }) => fault(placed, `sends to ${targetPort}, which no container has`))
      }),
    ...ofKind(scene, 'ServiceMonitor').flatMap((placed) => {
      const { selector, endpoints } = monitor.parse(placed.object.spec)
      const services = ofKind(scene, 'Service').filter(({ object }) =>
        fits(selector.matchLabels, object.metadata.labels),
      )
      if (services.length !== 1)
        return [fault(placed, `finds ${services.length} Services: figures would be missing or double`)]
      const names = services.flatMap(({ object }) => service.parse(object.spec).ports.map(({ name }) => name))
      return endpoints
        .filter(({ port }) => !names.includes(port))
        .map(({ port }) => fault(placed, `asks ${port}, which is not there`))
    }),
    ...ofKind(scene, 'PodMonitor').flatMap((placed) => {
      const { selector, podMetricsEndpoints } = monitor.parse(placed.object.spec)
      const pods = podsBy(scene, placed, selector.matchLabels)
      if (pods.length !== 1) return [fault(placed, `finds ${pods.length} workloads`)]
      return podMetricsEndpoints
        .filter(({ port }) => ![...portNames(pods), ...ofSidecar].includes(port))
        .map(({ port }) => fault(placed, `asks ${port}, which is not there`))
    }),
    ...scene.all
      .filter(({ object }) => isWorkload(object))
      .flatMap((placed) => {
        const pod = podOf(placed.object)
        const probed = (pod?.spec.containers ?? []).flatMap(
          ({ startupProbe, livenessProbe, readinessProbe }) =>
            [startupProbe, livenessProbe, readinessProbe].flatMap((probe) => probe?.httpGet?.port ?? []),
        )
        return probed
          .filter((port) => !portNames(pod ? [pod] : []).includes(String(port)))
          .map((port) => fault(placed, `is asked at ${port}, which no container has`))
      }),
  ],
}

const portNames = (pods: readonly Pod[]): string[] =>
  pods.flatMap((pod) => containersOf(pod).flatMap((one) => one.ports.map(({ name }) => name)))

/** Pods of workloads; selectors must find no Job and no test. */
function podsBy(scene: Scene, { release }: Placed, labels: Readonly<Record<string, string>>): Pod[] {
  return scene.all
    .filter((one) => one.release.environment === release.environment)
    .flatMap(({ object }) => podOf(object) ?? [])
    .filter((pod) => fits(labels, pod.metadata.labels))
}

export const fits = (
  wanted: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean => Object.entries(wanted).every(([name, value]) => labels[name] === value)
