import { containersOf, type Pod, podOf } from '../objects.ts'
import { fault, type Policy } from './scene.ts'

export const images: Policy = {
  sentence:
    'staging and production run what was tried, by its digest; nobody runs “latest”, or what is not ours',
  faults: ({ all, environment, facts }) =>
    all.flatMap((placed) => {
      const pod = podOf(placed.object)
      if (!pod) return []
      const registry = facts.registries.get(environment)
      const app = placed.release.chart === 'service' ? placed.release.name : 'events'
      const ours = [
        ...containersOf(pod).map(({ image }) => ({ image, word: app })),
        ...sidecarOf(pod).map((image) => ({ image, word: 'daprd' })),
      ]
      return ours.flatMap(({ image, word }) => {
        const digest = /@sha256:[0-9a-f]{64}$/.test(image)
        if (!/^[a-z0-9.-]+(:\d+)?\/.+/.test(image))
          return [fault(placed, `has an image without a registry: ${image}`)]
        if (registry && image.split(/@|:[^/]*$/)[0] !== `${registry}/alta/${word}`)
          return [fault(placed, `runs ${image}, which is not ${registry}/alta/${word}`)]
        if (['staging', 'production'].includes(environment) && !digest)
          return [fault(placed, `runs ${image}, which somebody can move`)]
        return digest || /:(?!latest$)[A-Za-z0-9._-]+$/.test(image) ? [] : [fault(placed, `runs ${image}`)]
      })
    }),
}

/** What the injector puts beside them, where it is told which. */
const sidecarOf = ({ metadata: { annotations } }: Pod): string[] =>
  annotations['dapr.io/sidecar-image'] === undefined ? [] : [annotations['dapr.io/sidecar-image']]
