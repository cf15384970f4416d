import { z } from 'zod'
import { isWorkload, podOf } from '../objects.ts'
import { fits } from './ports.ts'
import { fault, ofKind, type Placed, type Policy, type Scene } from './scene.ts'

const peer = z.looseObject({
  podSelector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).optional() }).optional(),
})
const rule = z.looseObject({
  from: z.array(peer).default([]),
  to: z.array(peer).default([]),
  ports: z.array(z.looseObject({ port: z.number() })).default([]),
})
const networkPolicy = z.looseObject({
  podSelector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).optional() }),
  policyTypes: z.array(z.string()),
  ingress: z.array(rule).default([]),
  egress: z.array(rule).default([]),
})

/** Sidecars talk to each other here. */
const betweenSidecars = 50002
const nameLabel = 'app.kubernetes.io/name'

export const callTable: Policy = {
  sentence: 'the network lets through what the table of calls lists, on both ends, and no other call',
  faults: (scene) =>
    policiesOfServices(scene).flatMap((placed) => {
      const { name } = placed.release
      const { ingress, egress } = networkPolicy.parse(placed.object.spec)
      const callers = [...scene.facts.calls].filter(([, called]) => called.includes(name)).map(([app]) => app)
      return [
        ...differences(callers, appsIn(ingress.map(({ from, ports }) => ({ peers: from, ports })))).map(
          (text) => fault(placed, `in: ${text}`),
        ),
        ...differences(
          scene.facts.calls.get(name) ?? [],
          appsIn(egress.map(({ to, ports }) => ({ peers: to, ports }))),
        ).map((text) => fault(placed, `out: ${text}`)),
      ]
    }),
}

export const networkOfEverybody: Policy = {
  sentence: 'every service has a network policy for both directions, and no rule is open to everybody',
  faults: (scene) => [
    ...scene.all
      .filter(({ object, release }) => release.chart === 'service' && isWorkload(object) && !isWithout(scene))
      .flatMap((placed) => {
        const labels = podOf(placed.object)?.metadata.labels ?? {}
        const own = policiesOfServices(scene).filter(({ object }) =>
          fits(networkPolicy.parse(object.spec).podSelector.matchLabels ?? {}, labels),
        )
        return own.length === 1
          ? []
          : [fault(placed, `is selected by ${own.length} network policies of charts/service`)]
      }),
    ...ofKind(scene, 'NetworkPolicy')
      .filter(({ release }) => release.chart === 'service')
      .flatMap((placed) => {
        const { policyTypes, ingress, egress } = networkPolicy.parse(placed.object.spec)
        const open = [
          ...ingress.filter(({ from, ports }) => from.length === 0 || ports.length === 0),
          ...egress.filter(({ to, ports }) => to.length === 0 || ports.length === 0),
        ]
        return [
          ...(policyTypes.length === 2 ? [] : [fault(placed, 'leaves one direction open')]),
          ...open.map(() => fault(placed, 'has a rule for everybody, or for every port')),
        ]
      }),
  ],
}

const policiesOfServices = (scene: Scene): Placed[] =>
  ofKind(scene, 'NetworkPolicy').filter(
    ({ release, object }) => release.chart === 'service' && object.metadata.name === release.name,
  )

/** One file of ci/ tries the chart without network policies. */
const isWithout = (scene: Scene): boolean => scene.environment === 'ci/without-network-policy'

const appsIn = (rules: readonly { peers: z.infer<typeof peer>[]; ports: { port: number }[] }[]): string[] =>
  rules
    .filter(({ ports }) => ports.some(({ port }) => port === betweenSidecars))
    .flatMap(({ peers }) =>
      peers.map(({ podSelector }) => podSelector?.matchLabels?.[nameLabel] ?? 'everybody'),
    )

const differences = (listed: readonly string[], open: readonly string[]): string[] => [
  ...listed.filter((app) => !open.includes(app)).map((app) => `${app} is listed and refused`),
  ...open.filter((app) => !listed.includes(app)).map((app) => `${app} is not listed and let through`),
]
