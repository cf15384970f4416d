import { z } from 'zod'
import { addressesIn } from './landscape.ts'
import { fits } from './ports.ts'
import { fault, isWhole, ofKind, type Placed, type Policy, type Scene } from './scene.ts'

const destination = z.looseObject({
  host: z.string(),
  subset: z.string().optional(),
  port: z.looseObject({ number: z.number() }).optional(),
})
const virtualService = z.looseObject({
  gateways: z.array(z.string()).default([]),
  http: z.array(
    z.looseObject({ name: z.string(), route: z.array(z.looseObject({ destination })).default([]) }),
  ),
})
const destinationRule = z.looseObject({
  host: z.string(),
  subsets: z.array(z.looseObject({ name: z.string() })).default([]),
})
const istioGateway = z.looseObject({
  selector: z.record(z.string(), z.string()),
  servers: z.array(
    z.looseObject({ tls: z.looseObject({ credentialName: z.string().optional() }).optional() }),
  ),
})
const listeners = z.looseObject({
  listeners: z.array(
    z.looseObject({
      name: z.string(),
      tls: z.looseObject({ certificateRefs: z.array(z.looseObject({ name: z.string() })) }).optional(),
    }),
  ),
})
const httpRoute = z.looseObject({
  parentRefs: z.array(z.looseObject({ name: z.string(), sectionName: z.string() })),
  rules: z.array(
    z.looseObject({
      backendRefs: z.array(z.looseObject({ name: z.string(), port: z.number() })).default([]),
    }),
  ),
})
const certificate = z.looseObject({ secretName: z.string() })
const shifted = z.looseObject({
  strategy: z.looseObject({
    canary: z
      .looseObject({
        stableService: z.string().optional(),
        canaryService: z.string().optional(),
        trafficRouting: z
          .looseObject({
            istio: z.looseObject({
              virtualService: z.looseObject({ name: z.string(), routes: z.array(z.string()) }),
            }),
          })
          .optional(),
      })
      .optional(),
  }),
})

export const routes: Policy = {
  sentence: 'every route from outside leads from a gateway that is there to a Service that is there',
  faults: (scene) => [
    ...ofKind(scene, 'VirtualService').flatMap((placed) => ofVirtualService(scene, placed)),
    ...ofKind(scene, 'DestinationRule').flatMap((placed) =>
      withoutService(scene, placed, [destinationRule.parse(placed.object.spec)]),
    ),
    ...ofKind(scene, 'HTTPRoute').flatMap((placed) => ofHttpRoute(scene, placed)),
    ...ofKind(scene, 'Gateway').flatMap((placed) => [
      ...withoutCertificate(scene, placed),
      ...withoutProxies(scene, placed),
    ]),
    ...ofKind(scene, 'Rollout').flatMap((placed) => ofRollout(scene, placed)),
  ],
}

function ofVirtualService(scene: Scene, placed: Placed): string[] {
  const { gateways, http } = virtualService.parse(placed.object.spec)
  const there = ofKind(scene, 'Gateway').map(({ object }) => object.metadata.name)
  const to = http.flatMap(({ route }) => route.map((one) => one.destination))
  const subsets = ofKind(scene, 'DestinationRule').flatMap(({ object }) => {
    const rule = destinationRule.parse(object.spec)
    return rule.subsets.map(({ name }) => `${rule.host}/${name}`)
  })
  return [
    ...gateways
      .filter((name) => !there.includes(name))
      .map((name) => fault(placed, `is behind the Gateway ${name}, which is not there`)),
    ...to
      .filter(({ host, subset }) => subset && !subsets.includes(`${host}/${subset}`))
      .map(({ host, subset }) =>
        fault(placed, `leads to the subset ${subset} of ${host}, which no rule has`),
      ),
    ...withoutService(scene, placed, to),
  ]
}

/** Only where the services are rendered as well. */
function withoutService(
  scene: Scene,
  placed: Placed,
  to: readonly { readonly host: string; readonly port?: { readonly number: number } | undefined }[],
): string[] {
  if (!isWhole(scene)) return []
  const own = addressesIn(scene).filter(({ namespace }) => namespace === placed.release.namespace)
  return to
    .filter(
      ({ host, port }) =>
        !own.some(({ name, ports }) => name === host && (!port || ports.includes(port.number))),
    )
    .map(({ host, port }) =>
      fault(placed, `leads to ${host}${port ? `:${port.number}` : ''}, where nobody is`),
    )
}

function ofHttpRoute(scene: Scene, placed: Placed): string[] {
  const { parentRefs, rules } = httpRoute.parse(placed.object.spec)
  const there = ofKind(scene, 'Gateway').flatMap(({ object }) =>
    listeners.parse(object.spec).listeners.map(({ name }) => `${object.metadata.name}/${name}`),
  )
  const to = rules.flatMap(({ backendRefs }) => backendRefs)
  return [
    ...parentRefs
      .map(({ name, sectionName }) => `${name}/${sectionName}`)
      .filter((parent) => !there.includes(parent))
      .map((parent) => fault(placed, `is behind the Gateway ${parent}, which is not there`)),
    ...withoutService(
      scene,
      placed,
      to.map(({ name, port }) => ({ host: name, port: { number: port } })),
    ),
  ]
}

/** Made by cert-manager where a Certificate is rendered; without one the Secret is somebody else's. */
function withoutCertificate(scene: Scene, placed: Placed): string[] {
  const made = ofKind(scene, 'Certificate').map(({ object }) => certificate.parse(object.spec).secretName)
  const istio = istioGateway.safeParse(placed.object.spec).data?.servers ?? []
  const others = listeners.safeParse(placed.object.spec).data?.listeners ?? []
  const shown = [
    ...istio.flatMap(({ tls }) => tls?.credentialName ?? []),
    ...others.flatMap(({ tls }) => tls?.certificateRefs.map(({ name }) => name) ?? []),
  ]
  return made.length === 0
    ? []
    : shown
        .filter((name) => !made.includes(name))
        .map((name) => fault(placed, `shows the certificate ${name}, which nobody makes`))
}

/** Of Istio's; those of the Gateway API get proxies of their own. */
function withoutProxies({ facts }: Scene, placed: Placed): string[] {
  const { data } = istioGateway.safeParse(placed.object.spec)
  return !data || fits(data.selector, facts.proxies)
    ? []
    : [fault(placed, `is for proxies ${JSON.stringify(data.selector)}, and there are none`)]
}

/** A canary has its share only of routes that lead to both sides. */
function ofRollout(scene: Scene, placed: Placed): string[] {
  const { canary } = shifted.parse(placed.object.spec).strategy
  if (!canary?.trafficRouting || !isWhole(scene)) return []
  const { name, routes: wanted } = canary.trafficRouting.istio.virtualService
  const there = ofKind(scene, 'VirtualService').find(({ object }) => object.metadata.name === name)
  const { http } = there ? virtualService.parse(there.object.spec) : { http: [] }
  return wanted.flatMap((route) => {
    const hosts = http.find((one) => one.name === route)?.route.map((one) => one.destination.host)
    const missing = [canary.stableService, canary.canaryService].filter(
      (side) => !hosts?.includes(side ?? ''),
    )
    return missing.map((side) => fault(placed, `shifts the route ${route}, which does not lead to ${side}`))
  })
}
