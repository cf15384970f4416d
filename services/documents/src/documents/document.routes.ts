import { documentMediaTypes } from '@alta/contracts/resources/file'
import { may } from '@alta/kit/auth/policy'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import {
  byId,
  type ItemServices,
  ifNoneMatch,
  itemRoutes,
  ordinal,
  versionQuery,
} from '../intake/item.routes.ts'
import { answerPicture } from './answer-picture.ts'
import { documentDetail, documentPage } from './document.resource.ts'
import type { PageSummary } from './page.repository.ts'
import type { PageService } from './page.service.ts'
import type { PictureService } from './picture.service.ts'

export interface DocumentServices extends ItemServices<PageSummary> {
  readonly pages: PageService
  readonly pictures: PictureService
}

const drawn = {
  200: { description: 'The picture', mediaTypes: ['image/webp'] },
  304: { description: 'The caller has it' },
  404: {
    description:
      '`document_not_read` until it was read; `page_picture_missing` when that was before pictures were kept: read it again',
  },
} as const

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
  route({
    method: 'get',
    path: '/api/v1/documents/:id/pages/:n/image',
    summary: 'See a page as it was read',
    description:
      'As people see it, upright. Boxes of words are told in the pixels of the page (`width`, `height`), of which the picture may have fewer. With `version` it is kept by the browser, without it is asked for anew.',
    tag: 'documents',
    policy: may('documents:read', 'project viewer'),
    params: byId.extend({ n: ordinal }),
    query: versionQuery,
    headers: ifNoneMatch,
    answers: drawn,
    handle: async ({ principal, params, query: { version }, headers }) =>
      answerPicture(
        await services.pictures.get(principal, params.id, { number: params.n, kind: 'image', version }),
        {
          pinned: version !== undefined,
          ifNoneMatch: headers['if-none-match'],
        },
      ),
  }),
  route({
    method: 'get',
    path: '/api/v1/documents/:id/pages/:n/thumbnail',
    summary: 'See a page in small',
    description: 'No side is longer than 320 pixels.',
    tag: 'documents',
    policy: may('documents:read', 'project viewer'),
    params: byId.extend({ n: ordinal }),
    query: versionQuery,
    headers: ifNoneMatch,
    answers: drawn,
    handle: async ({ principal, params, query: { version }, headers }) =>
      answerPicture(
        await services.pictures.get(principal, params.id, { number: params.n, kind: 'thumbnail', version }),
        { pinned: version !== undefined, ifNoneMatch: headers['if-none-match'] },
      ),
  }),
  route({
    method: 'get',
    path: '/api/v1/documents/:id/thumbnail',
    summary: 'See the first page of a document in small',
    description: 'No side is longer than 320 pixels.',
    tag: 'documents',
    policy: may('documents:read', 'project viewer'),
    params: byId,
    query: versionQuery,
    headers: ifNoneMatch,
    answers: drawn,
    handle: async ({ principal, params, query: { version }, headers }) =>
      answerPicture(
        await services.pictures.get(principal, params.id, { number: 1, kind: 'thumbnail', version }),
        {
          pinned: version !== undefined,
          ifNoneMatch: headers['if-none-match'],
        },
      ),
  }),
]
