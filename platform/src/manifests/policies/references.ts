import { z } from 'zod'
import type { Manifest } from '../objects.ts'
import { everything } from './landscape.ts'
import { type Reference, referencesOf } from './referred.ts'
import { fault, isWhole, type Placed, type Policy, type Scene } from './scene.ts'

/**
 * Made outside of a single release: the tokens and passwords of a service by charts/platform, the rest by k8s/. Where a
 * whole environment is rendered it is looked for there.
 */
const external = ({ release: { name } }: Placed): Readonly<Record<string, readonly string[]>> => ({
  Secret: [name, `${name}-dapr`, `${name}-app`, 'database-owner', 'rabbitmq', 'redis', ...outside.Secret],
  ServiceAccount: outside.ServiceAccount,
  VirtualService: ['gateway'],
})
/** The account by Kubernetes, the registry's credentials by whoever runs it. */
const outside = { ServiceAccount: ['default'], Secret: ['registry'] }

export const references: Policy = {
  sentence: 'nothing is named that does not exist, and no key is read that is not there',
  faults: (scene) => {
    const there = everything(scene).map(({ object }) => object)
    return scene.all.flatMap((placed) =>
      referencesOf(placed.object).flatMap((to) => {
        const wrong = wrongWith(to, scene, placed, there)
        return wrong ? [fault(placed, wrong)] : []
      }),
    )
  },
}

function wrongWith(
  { kind, name, key }: Reference,
  scene: Scene,
  placed: Placed,
  there: readonly Manifest[],
): string | undefined {
  const kinds = kind === 'Secret' ? ['Secret', 'ExternalSecret'] : [kind]
  const found = there.filter((object) => kinds.includes(object.kind) && object.metadata.name === name)
  if (found.length > 0)
    return key === undefined || found.some((object) => keysOf(object).includes(key))
      ? undefined
      : `reads ${key} of ${kind} ${name}, which has no such key`
  return isTaken({ kind, name }, scene, placed) ? undefined : `names ${kind} ${name}, which nobody makes`
}

/** What a release of its own names of the cluster's is there, as far as it is one of ours. */
function isTaken({ kind, name }: Reference, scene: Scene, placed: Placed): boolean {
  if (isWhole(scene))
    return (outside as Readonly<Record<string, readonly string[]>>)[kind]?.includes(name) ?? false
  return external(placed)[kind]?.includes(name) ?? !ofReleases.includes(kind)
}
/** Made by the release itself or not at all. */
const ofReleases = [
  'ConfigMap',
  'Service',
  'Role',
  'AnalysisTemplate',
  'TriggerAuthentication',
  'PersistentVolumeClaim',
]

const externalSecret = z.looseObject({
  target: z.looseObject({ template: z.looseObject({ data: z.record(z.string(), z.string()) }) }),
})

function keysOf({ kind, spec, data = {}, ...rest }: Manifest): string[] {
  if (kind === 'ExternalSecret') return Object.keys(externalSecret.parse(spec).target.template.data)
  const { stringData = {} } = z
    .looseObject({ stringData: z.record(z.string(), z.string()).optional() })
    .parse(rest)
  return [...Object.keys(data), ...Object.keys(stringData)]
}
