import { documentMediaTypes } from '@alta/contracts/resources/file'
import { may } from '@alta/kit/auth/policy'
import { listOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { answerFile } from '../intake/answer-file.ts'
import type { IntakeService } from '../intake/intake.service.ts'
import {
  atItsPlace,
  byId,
  byVersion,
  fileQuery,
  ifMatch,
  rangeHeaders,
  withEtag,
} from '../intake/item.answers.ts'
import {
  itemChange,
  itemFilter,
  itemVersion,
  itemVersionDetail,
  newItemFields,
} from '../intake/item.resource.ts'
import type { ItemService } from '../intake/item.service.ts'
import type { VersionService } from '../intake/version.service.ts'
import { documentDetail, documentPage, documentResource } from './document.resource.ts'
import type { PageSummary } from './page.repository.ts'
import type { PageService } from './page.service.ts'

export interface DocumentServices {
  readonly intake: IntakeService
  readonly items: ItemService<PageSummary>
  readonly versions: VersionService
  readonly pages: PageService
}

const tag = 'documents'
const collection = '/api/v1/documents'

/** @param maximumBytes largest file that is taken */
export const documentRoutes = (services: DocumentServices, maximumBytes: number): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/projects/:id/documents',
    summary: 'Upload a document',
    description: 'PDF, PNG, JPEG, TIFF or WebP, told by content. `tags` is a list separated by commas.',
    tag,
    policy: may('documents:write'),
    idempotent: true,
    params: byId,
    upload: { maximumBytes, accept: documentMediaTypes, fields: newItemFields },
    answers: {
      201: { description: 'Stored, and on its way to be read', schema: documentResource },
      409: { description: '`duplicate_document`: the project has the same bytes; `documentId` says where' },
    },
    handle: async ({ principal, params, upload }) => {
      const item = await services.intake.upload(principal, params.id, upload)
      return { status: 201, ...atItsPlace(item, collection) }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/documents',
    summary: 'List documents',
    tag,
    policy: may('documents:read'),
    query: z.object({ ...pageQuery, ...itemFilter }),
    answers: { 200: { description: 'Newest first', schema: listOf(documentResource) } },
    handle: async ({ principal, query }) => ({
      status: 200,
      body: await services.items.list(principal, query),
    }),
  }),
  route({
    method: 'get',
    path: '/api/v1/documents/:id',
    summary: 'Read a document',
    tag,
    policy: may('documents:read'),
    params: byId,
    answers: { 200: { description: 'With its text, pages and history', schema: documentDetail } },
    handle: async ({ principal, params }) => {
      const { parts: pages, ...item } = await services.items.get(principal, params.id)
      return { status: 200, ...withEtag({ ...item, pageCount: pages.length, pages }) }
    },
  }),
  route({
    method: 'patch',
    path: '/api/v1/documents/:id',
    summary: 'Change title, language or tags of a document',
    description: 'A new language counts from the next reprocessing on.',
    tag,
    policy: may('documents:write'),
    params: byId,
    headers: ifMatch,
    body: itemChange,
    answers: { 200: { description: 'The document as it is now', schema: documentResource } },
    handle: async ({ principal, params, headers, body }) => {
      const item = await services.items.change(principal, params.id, body, headers['if-match'])
      return { status: 200, ...withEtag(item) }
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/documents/:id',
    summary: 'Delete a document',
    description: 'By those who uploaded it and by owners of the project.',
    tag,
    policy: may('documents:write'),
    params: byId,
    headers: ifMatch,
    answers: { 204: { description: 'Gone' } },
    handle: async ({ principal, params, headers }) => {
      await services.items.remove(principal, params.id, headers['if-match'])
      return { status: 204 }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/documents/:id/file',
    summary: 'Download the file of a document',
    tag,
    policy: may('documents:read'),
    params: byId,
    query: fileQuery,
    headers: rangeHeaders,
    answers: {
      200: { description: 'The whole file', mediaTypes: documentMediaTypes },
      206: { description: 'The range that was asked for', mediaTypes: documentMediaTypes },
    },
    handle: async ({ principal, params, query, headers }) =>
      answerFile(await services.versions.file(principal, params.id, query.version), headers),
  }),
  route({
    method: 'get',
    path: '/api/v1/documents/:id/pages/:n',
    summary: 'Read a page with its words, their boxes and confidences',
    tag,
    policy: may('documents:read'),
    params: byId.extend({ n: byVersion.shape.v }),
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
    path: '/api/v1/documents/:id/versions',
    summary: 'List the versions of a document',
    tag,
    policy: may('documents:read'),
    params: byId,
    answers: { 200: { description: 'Newest first, all of them', schema: listOf(itemVersion) } },
    handle: async ({ principal, params }) => ({
      status: 200,
      body: { items: await services.versions.list(principal, params.id), nextCursor: null },
    }),
  }),
  route({
    method: 'get',
    path: '/api/v1/documents/:id/versions/:v',
    summary: 'Read a version of a document and what was read from it',
    tag,
    policy: may('documents:read'),
    params: byVersion,
    answers: { 200: { description: 'The version', schema: itemVersionDetail } },
    handle: async ({ principal, params }) => ({
      status: 200,
      body: await services.versions.get(principal, params.id, params.v),
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/documents/:id/versions',
    summary: 'Upload a new version of a document',
    tag,
    policy: may('documents:write'),
    idempotent: true,
    params: byId,
    headers: ifMatch,
    upload: { maximumBytes, accept: documentMediaTypes, fields: z.strictObject({}) },
    answers: {
      201: {
        description: 'Stored as the current version, and on its way to be read',
        schema: documentResource,
      },
      409: { description: '`duplicate_document`: the project has the same bytes; `documentId` says where' },
    },
    handle: async ({ principal, params, headers, upload }) => {
      const item = await services.intake.addVersion(principal, params.id, upload, headers['if-match'])
      return { status: 201, ...atItsPlace(item, collection) }
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/documents/:id/reprocess',
    summary: 'Read the current version of a document again',
    tag,
    policy: may('documents:write'),
    idempotent: true,
    params: byId,
    headers: ifMatch,
    answers: { 202: { description: 'On its way to be read', schema: documentResource } },
    handle: async ({ principal, params, headers }) => {
      const item = await services.intake.reprocess(principal, params.id, headers['if-match'])
      return { status: 202, ...withEtag(item) }
    },
  }),
]
