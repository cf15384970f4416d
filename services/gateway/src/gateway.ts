import type { Server } from 'node:http'
import type { TokenVerifier } from '@alta/kit/auth/tokens'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { createApp } from '@alta/kit/http/app'
import { docsPage } from './documentation/docs-page.ts'
import { mergedDocument } from './documentation/merged-document.ts'
import { type ServiceDocuments, serviceDocuments } from './documentation/service-documents.ts'
import { edgeRouter } from './edge/edge-router.ts'
import { type ListenerLimits, publicServer } from './edge/listener.ts'
import type { BodyRules } from './edge/request-body.ts'
import { healthRoutes } from './health/health-routes.ts'
import type { Limiter } from './limits/limiter.ts'
import type { Policies } from './limits/policies.ts'
import { type LiveRules, type LiveTunnels, serveLiveTunnels } from './live/live-tunnel.ts'
import { publicServices } from './routes.ts'

export interface Gateway {
  server: Server
  documents: ServiceDocuments
  live: LiveTunnels
}

/** Puts the public side together; nothing listens yet. Times are in milliseconds. */
export function openGateway(options: {
  sidecar: Sidecar
  upstreamTimeout: number
  trustedHops: number
  policies: Policies
  limiter: Limiter
  verify: TokenVerifier
  bodies: BodyRules
  limits: ListenerLimits
  live: LiveRules
}): Gateway {
  const { sidecar } = options
  const documents = serviceDocuments(sidecar, publicServices)
  const edge = edgeRouter({
    sidecar,
    documents,
    verify: options.verify,
    bodies: options.bodies,
    timeout: options.upstreamTimeout,
    trustedHops: options.trustedHops,
    policies: options.policies,
    limiter: options.limiter,
    unlimited: [healthRoutes({ sidecar, documents })],
    own: [mergedDocument(documents), docsPage()],
  })
  const app = createApp({
    appId: 'gateway',
    routes: [],
    routers: [edge],
    appToken: undefined,
    requireAppToken: false,
  })
  const server = publicServer(app, options.limits)
  return { server, documents, live: serveLiveTunnels(server, options.live, options) }
}
