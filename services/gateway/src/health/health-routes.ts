import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { nameRoute } from '@alta/kit/http/access-log'
import { type Response, Router } from 'express'
import type { ServiceDocuments } from '../documentation/service-documents.ts'
import { services } from '../routes.ts'
import { platformHealth } from './platform-health.ts'

/** `/health` speaks of the whole platform; `/health/ready` and `/health/live` of the gateway alone. */
export function healthRoutes(options: { sidecar: Sidecar; documents: ServiceDocuments }): Router {
  const health = platformHealth(options.sidecar, services)
  const router = Router({ caseSensitive: true })

  router.get('/health', async (_request, response) => {
    nameRoute(response, 'get', '/health')
    const report = await health()
    answer(response, report.status !== 'unavailable', report)
  })
  router.get('/health/live', (_request, response) => {
    nameRoute(response, 'get', '/health/live')
    answer(response, true, { status: 'ok' })
  })
  router.get('/health/ready', (_request, response) => {
    nameRoute(response, 'get', '/health/ready')
    // Once identity has been reached through the sidecar: nobody could sign in before. The probes of the platform ask the
    // internal listener, which looks at the sidecar each time.
    const ready = options.documents.known().has('identity')
    answer(response, ready, { status: ready ? 'ok' : 'unavailable' })
  })
  return router
}

function answer(response: Response, good: boolean, body: unknown): void {
  response
    .status(good ? 200 : 503)
    .set('cache-control', 'no-store')
    .json(body)
}
