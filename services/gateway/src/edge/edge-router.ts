import type { TokenVerifier } from '@alta/kit/auth/tokens'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { currentContext } from '@alta/kit/http/request-context'
import { type ErrorRequestHandler, Router } from 'express'
import type { ServiceDocuments } from '../documentation/service-documents.ts'
import { limitRequests } from '../limits/limit-requests.ts'
import type { Limiter } from '../limits/limiter.ts'
import type { Policies } from '../limits/policies.ts'
import { upstreamOf } from '../routes.ts'
import { admission } from './admission.ts'
import { apiKeys } from './api-keys.ts'
import { clientAddress } from './client-address.ts'
import { edgeMethod, edgeRequest } from './edge-request.ts'
import { forwardThrough } from './proxy.ts'
import { type BodyRules, discardRest, refuseAnnounced } from './request-body.ts'
import { safePath } from './safe-path.ts'
import { securityHeaders } from './security-headers.ts'

/** Everything a public request passes, from top to bottom. */
export function edgeRouter(options: {
  sidecar: Sidecar
  documents: ServiceDocuments
  verify: TokenVerifier
  bodies: BodyRules
  /** Milliseconds for a service to answer. */
  timeout: number
  /** Proxies of our own in front of the gateway. */
  trustedHops: number
  policies: Policies
  limiter: Limiter
  /** What it answers itself and to anyone, however often they ask. */
  unlimited: readonly Router[]
  /** What else it answers itself. */
  own: readonly Router[]
}): Router {
  const { sidecar, documents, verify, bodies, timeout, trustedHops, unlimited, own } = options
  const admit = admission({ verify, keys: apiKeys(sidecar), routesOf: documents.routesOf })
  const limit = limitRequests(options.policies, options.limiter)
  const forward = forwardThrough(sidecar, bodies, timeout)

  const router = Router({ caseSensitive: true })
  router.use(securityHeaders)
  router.use((request, _response, next) => {
    const context = currentContext()
    if (context) context.clientAddress = clientAddress(request, trustedHops)
    next()
  })
  for (const answers of unlimited) router.use(answers)
  router.use(async (request, response, next) => {
    const { method, path } = request
    let isForwarded = false
    try {
      edgeMethod(request)
      isForwarded = upstreamOf(safePath(request.url).path) !== undefined
    } finally {
      // Others are counted once it is known whose they are.
      if (!isForwarded) await limit({ method, path }, response)
    }
    next()
  })
  for (const answers of own) router.use(answers)
  router.use(async (request, response) => {
    const edge = edgeRequest(edgeMethod(request), request.url)
    let template: string | undefined
    try {
      refuseAnnounced(request, edge.bodyClass, bodies[edge.bodyClass])
      template = await admit(edge, request.headers.authorization)
    } finally {
      // Who is turned away counts as well, and hears 429 instead of 401 once it is too often.
      await limit(edge, response)
    }
    await forward({ ...edge, template }, request, response)
  })
  router.use(refusedWhileSending)
  return router
}

const refusedWhileSending: ErrorRequestHandler = (error, request, _response, next) => {
  discardRest(request)
  next(error)
}
