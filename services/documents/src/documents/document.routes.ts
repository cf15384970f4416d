import { documentMediaTypes } from '@alta/contracts/resources/file'
import { may } from '@alta/kit/auth/policy'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { byId, type ItemServices, itemRoutes, ordinal } from '../intake/item.routes.ts'
import { documentDetail, documentPage } from './document.resource.ts'
import type { PageSummary } from './page.repository.ts'
import type { PageService } from './page.service.ts'

export interface DocumentServices extends ItemServices<PageSummary> {
  readonly pages: PageService
}

/** @param maximumBytes largest file that is taken */
export const documentRoutes = (services: DocumentServices, maximumBytes: number): Route[] => [
  ...itemRoutes(services, {
    noun: 'document',
    paths: {
      upload: '/api/v1/projects/:id/documents',
      collection: '/api/v1/documents',
      item: '/api/v1/documents/:id',
      file: '/api/v1/documents/:id/file',
      versions: '/api/v1/documents/:id/versions',
      version: '/api/v1/documents/:id/versions/:v',
      reprocess: '/api/v1/documents/:id/reprocess',
      restore: '/api/v1/documents/:id/restore',
      purge: '/api/v1/documents/:id/purge',
    },
    accept: documentMediaTypes,
    formats: 'PDF, PNG, JPEG, TIFF or WebP',
    maximumBytes,
    duplicate: 'duplicate_document',
    detail: documentDetail,
    present: ({ parts, ...item }) => ({ ...item, pageCount: parts.length, pages: parts }),
  }),
  route({
    method: 'get',
    path: '/api/v1/documents/:id/pages/:n',
    summary: 'Read a page with its words, their boxes and confidences',
    tag: 'documents',
    policy: may('documents:read', 'project viewer'),
    params: byId.extend({ n: ordinal }),
    query: z.object({
      reading: z.enum(['current', 'machine']).default('current').meta({
        description: 'The approved reading when there is one, or what the engine read.',
      }),
    }),
    answers: { 200: { description: 'The page', schema: documentPage } },
    handle: async ({ principal, params, query }) => ({
      status: 200,
      body: await services.pages.get(principal, params.id, params.n, query.reading),
    }),
  }),
]
