import { nameRoute } from '@alta/kit/http/access-log'
import { openApiDocument as documentOf } from '@alta/kit/http/openapi'
import type { Route } from '@alta/kit/http/route'
import { Router } from 'express'
import { limitComponents } from './documented-limits.ts'
import { mergeDocuments } from './merge-documents.ts'
import { type OpenApiDocument, openApiDocument } from './openapi-document.ts'
import type { ServiceDocuments } from './service-documents.ts'

/**
 * `/openapi.json`: every public route of the platform. Services without a document yet are in `x-alta-missing`.
 * @param ownRoutes those that the gateway answers itself
 */
export function mergedDocument(documents: ServiceDocuments, ownRoutes: readonly Route[]): Router {
  const own = ownDocument(ownRoutes)
  const router = Router({ caseSensitive: true })
  router.get('/openapi.json', (_request, response) => {
    nameRoute(response, 'get', '/openapi.json')
    response.set('cache-control', 'no-cache')
    response.json(mergeDocuments(own, documents.known(), documents.missing()))
  })
  return router
}

function ownDocument(routes: readonly Route[]): OpenApiDocument {
  const { paths, components } = openApiDocument.parse(documentOf({ title: 'gateway', routes }))
  const health = (summary: string) => ({
    get: {
      summary,
      tags: ['health'],
      security: [],
      responses: { 200: { description: 'Yes' }, 503: { description: 'No' } },
    },
  })
  return openApiDocument.parse({
    openapi: '3.1.0',
    info: {
      title: 'Alta',
      version: '1',
      description:
        'Scans, recordings and posts become reviewed, searchable text with a source for every word.',
    },
    // Wherever this document was read from.
    servers: [{ url: '/' }],
    paths: {
      ...paths,
      '/health': health('Is everything up: each service with its components and latency'),
      '/health/ready': health('Can the gateway take requests'),
      '/health/live': health('Does the gateway run'),
    },
    components: { ...components, ...limitComponents },
  })
}
