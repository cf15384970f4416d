import { type Container, containersOf, type Manifest, podOf } from '../objects.ts'
import { fault, ofKind, type Policy, type Scene } from './scene.ts'

/** Read by Node itself, and set by the chart. NODE_OPTIONS is none of them: it could load other code than the image has. */
const ofNode = ['NODE_ENV']

export const uniqueEnvironment: Policy = {
  sentence: 'no name is twice in the environment of a container: Helm 4 refuses to install that',
  faults: (scene) =>
    scene.all.flatMap((placed) => {
      const pod = podOf(placed.object)
      if (!pod) return []
      return containersOf(pod).flatMap((container) => {
        const names = [...container.env.map(({ name }) => name), ...namesFromMaps(scene, container)]
        const twice = names.filter((name, index) => names.indexOf(name) !== index)
        return twice.map((name) => fault(placed, `has ${name} twice in ${container.name}`))
      })
    }),
}

export const knownSettings: Policy = {
  sentence: 'every setting is one that the service reads: a mistyped one would change nothing',
  faults: (scene) =>
    ofKind(scene, 'ConfigMap')
      .filter(({ release, object }) => release.chart === 'service' && object.metadata.name === release.name)
      .flatMap((placed) => {
        const known = scene.facts.settings(placed.release.name)
        return Object.keys(placed.object.data ?? {})
          .filter((name) => !known.has(name) && !ofNode.includes(name))
          .map((name) =>
            fault(placed, `sets ${name}, which services/${placed.release.name}/src/config.ts does not read`),
          )
      }),
}

const namesFromMaps = (scene: Scene, { envFrom }: Container): string[] =>
  envFrom.flatMap(({ configMapRef }) => Object.keys(mapOf(scene, configMapRef?.name)?.data ?? {}))

const mapOf = (scene: Scene, name: string | undefined): Manifest | undefined =>
  ofKind(scene, 'ConfigMap').find(({ object }) => object.metadata.name === name)?.object
