import type { RequestListener, Server } from 'node:http'
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
  verify: TokenVerifier
  bodies: BodyRules
  limits: ListenerLimits
  live: LiveRules
}): Gateway {
  const { sidecar } = options
  const documents = serviceDocuments(sidecar, publicServices)
  const edgeBehind = (trustedHops: number) => {
    const edge = edgeRouter({
      sidecar,
      documents,
      verify: options.verify,
      bodies: options.bodies,
      timeout: options.upstreamTimeout,
      trustedHops,
      policies: options.policies,
      limiter: options.limiter,
      unlimited: [healthRoutes({ sidecar, documents })],
      own: [mergedDocument(documents), docsPage()],
    })
    return createApp({
      appId: 'gateway',
      routes: [],
      routers: [edge],
      appToken: undefined,
      requireAppToken: false,
    })
  }
  const server = publicServer(edgeBehind(options.trustedHops), options.limits)
  return { server, documents, live: serveLiveTunnels(server, options.live, options), inner: edgeBehind(1) }
}
