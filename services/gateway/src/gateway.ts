import type { RequestListener, Server } from 'node:http'
import type { TokenVerifier } from '@alta/kit/auth/tokens'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { ownCircuitRoutes } from './circuits/circuit.routes.ts'
import type { Circuits } from './circuits/circuits.ts'
import { consoleFiles } from './console/console-files.ts'
import { docsPage } from './documentation/docs-page.ts'
import { mergedDocument } from './documentation/merged-document.ts'
import { type ServiceDocuments, serviceDocuments } from './documentation/service-documents.ts'
import { edge } from './edge/edge.ts'
import { type ListenerLimits, publicServer } from './edge/listener.ts'
import type { BodyRules } from './edge/request-body.ts'
import { healthRoutes } from './health/health-routes.ts'
import type { LastDay } from './limits/last-day.ts'
import { ownLimitRoutes } from './limits/limit.routes.ts'
import type { Limiter } from './limits/limiter.ts'
import type { Policies } from './limits/policies.ts'
import { type LiveRules, type LiveTunnels, serveLiveTunnels } from './live/live-tunnel.ts'
import { publicServices } from './routes.ts'
import { cacheable } from './routing/cacheable.ts'
import { type Deprecation, deprecations } from './routing/deprecations.ts'
import { knownRoutes } from './routing/known-routes.ts'
import type { RouteTable } from './routing/route-table.ts'
import { type Transformations, transformations } from './routing/transformations.ts'
import { askIdentity } from './session/ask-identity.ts'
import { sessionRoutes } from './session/session.routes.ts'

export interface Gateway {
  server: Server
  documents: ServiceDocuments
  live: LiveTunnels
  /** The edge for what stands in front of it in this process, and says in x-forwarded-for who asks. */
  inner: RequestListener
}

/** Puts the public side together; nothing listens yet. Times are in milliseconds. */
export function openGateway(options: {
  sidecar: Sidecar
  upstreamTimeout: number
  trustedHops: number
  policies: Policies
  limiter: Limiter
  lastDay: LastDay
  circuits: Circuits
  verify: TokenVerifier
  bodies: BodyRules
  /** Of the built web console; empty: none. */
  consoleFolder: string
  limits: ListenerLimits
  live: LiveRules
  /** Those that are known unless told. */
  table?: RouteTable
  deprecations?: Readonly<Record<string, Deprecation>>
  transformations?: Transformations
  cacheable?: ReadonlySet<string>
}): Gateway {
  const { sidecar } = options
  const documents = serviceDocuments(sidecar, publicServices)
  const table = options.table ?? knownRoutes()
  const { circuits, upstreamTimeout: timeout } = options
  const ownRoutes = [
    ...ownCircuitRoutes(circuits),
    ...ownLimitRoutes(options.policies, options.lastDay, table),
    ...sessionRoutes(askIdentity({ sidecar, circuits, timeout })),
  ]
  const console = consoleFiles(options.consoleFolder)
  const edgeBehind = edge({
    sidecar,
    table,
    verify: options.verify,
    bodies: options.bodies,
    timeout: options.upstreamTimeout,
    policies: options.policies,
    limiter: options.limiter,
    circuits: options.circuits,
    deprecations: options.deprecations ?? deprecations,
    transformations: options.transformations ?? transformations,
    cacheable: options.cacheable ?? cacheable,
    unlimited: [healthRoutes({ sidecar, documents }), console.assets],
    own: [mergedDocument(documents, ownRoutes), docsPage(), console.page],
    routes: ownRoutes,
  })
  const server = publicServer(edgeBehind(options.trustedHops), options.limits)
  return { server, documents, live: serveLiveTunnels(server, options.live, options), inner: edgeBehind(1) }
}
