import { z } from 'zod'
import { titleOf } from '../objects.ts'
import { everything, namespacesIn, type Pods, podsIn } from './landscape.ts'
import { fits } from './ports.ts'
import { isWhole, type Policy, type Scene } from './scene.ts'

const selector = z.looseObject({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z
    .array(z.looseObject({ key: z.string(), operator: z.literal('In'), values: z.array(z.string()) }))
    .default([]),
})
type Selector = z.infer<typeof selector>
const peer = z.looseObject({
  podSelector: selector.optional(),
  namespaceSelector: selector.optional(),
})
type Peer = z.infer<typeof peer>
const ports = z.array(z.looseObject({ port: z.number() })).default([])
const networkPolicy = z.looseObject({
  podSelector: selector,
  ingress: z.array(z.looseObject({ from: z.array(peer).default([]), ports })).default([]),
  egress: z.array(z.looseObject({ to: z.array(peer).default([]), ports })).default([]),
})

/** A rule that selects nothing refuses what it was written to allow, and nobody is told. */
export const networkReach: Policy = {
  sentence: 'every rule of a network policy is about pods that are there and ports that they have',
  faults: (scene) => {
    if (!isWhole(scene)) return []
    const everyPod = podsIn(scene)
    const places = namespacesIn(scene)
    return everything(scene)
      .filter(({ object }) => object.kind === 'NetworkPolicy')
      .flatMap(({ object, namespace }) => {
        const { podSelector, ingress, egress } = networkPolicy.parse(object.spec)
        const own = everyPod.filter(
          (pods) => pods.namespace === namespace && selects(podSelector, pods.labels),
        )
        if (own.length === 0) return [`${scene.environment}: ${titleOf(object)} is about no pod`]
        const everybody = isEmpty(podSelector)
        const wrong = [
          ...ingress.flatMap(({ from, ports }) => [
            ...from.flatMap((one) => absent(scene, one, peersOf(places, one, namespace, everyPod))),
            ...(everybody ? [] : unknownPorts(ports, own)),
          ]),
          ...egress.flatMap(({ to, ports }) =>
            to.flatMap((one) => {
              const peers = peersOf(places, one, namespace, everyPod)
              return [...absent(scene, one, peers), ...(peers?.length ? unknownPorts(ports, peers) : [])]
            }),
          ),
        ]
        return wrong.map((text) => `${scene.environment}: ${titleOf(object)} ${text}`)
      })
  },
}

const isEmpty = ({ matchLabels, matchExpressions }: Selector): boolean =>
  Object.keys(matchLabels).length + matchExpressions.length === 0

const selects = (wanted: Selector, labels: Readonly<Record<string, string>>): boolean =>
  fits(wanted.matchLabels, labels) &&
  wanted.matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''))

type Places = ReturnType<typeof namespacesIn>

/** Namespaces that a peer means; its own where it says none. */
const namespacesOf = (places: Places, { namespaceSelector }: Peer, own: string): string[] =>
  namespaceSelector
    ? [...places].filter(([, labels]) => selects(namespaceSelector, labels)).map(([name]) => name)
    : [own]

/** Pods that a peer means; undefined where it means addresses, or pods that others install and nobody here knows. */
function peersOf(places: Places, one: Peer, own: string, everyPod: readonly Pods[]): Pods[] | undefined {
  if (!one.podSelector && !one.namespaceSelector) return undefined
  const namespaces = namespacesOf(places, one, own)
  const there = everyPod.filter(({ namespace }) => namespaces.includes(namespace))
  if (there.length === 0 && namespaces.length > 0) return undefined
  return there.filter(({ labels }) => !one.podSelector || selects(one.podSelector, labels))
}

const absent = (scene: Scene, one: Peer, peers: readonly Pods[] | undefined): string[] =>
  peers?.length === 0 ? [`lets through ${JSON.stringify(one)}, which is nobody in ${scene.environment}`] : []

/** Each port is one that some of these pods have. */
const unknownPorts = (named: readonly { readonly port: number }[], pods: readonly Pods[]): string[] =>
  named
    .filter(({ port }) => !pods.some((one) => one.ports.includes(port)))
    .map(({ port }) => `opens port ${port}, which none of these pods has`)
