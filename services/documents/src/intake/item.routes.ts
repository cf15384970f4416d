import { may } from '@alta/kit/auth/policy'
import { listOf } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { answerFile } from './answer-file.ts'
import { uuid } from './fields.ts'
import type { IntakeService } from './intake.service.ts'
import {
  itemChange,
  itemSummary,
  itemVersion,
  itemVersionDetail,
  newItemFields,
  uploadedItem,
} from './item.resource.ts'
import type { ItemDetail, ItemService } from './item.service.ts'
import { itemListQuery, totalOfList } from './item-query.ts'
import { trashRoutes } from './trash.routes.ts'
import type { Trash } from './trash.ts'
import type { VersionService } from './version.service.ts'

export interface ItemServices<Part> {
  readonly intake: IntakeService
  readonly items: ItemService<Part>
  readonly versions: VersionService
  readonly trash: Trash
}

/** What the routes of one kind do not have in common with those of the other. */
export interface ItemApi<Part, Detail extends z.ZodType> {
  readonly noun: 'document' | 'voice sample'
  /** Whole and literal, so that a search for a path leads to the kind's routes. */
  readonly paths: {
    readonly upload: string
    readonly collection: string
    readonly item: string
    readonly file: string
    readonly versions: string
    readonly version: string
    readonly reprocess: string
    readonly restore: string
    readonly purge: string
  }
  readonly accept: readonly string[]
  /** As people call what is accepted. */
  readonly formats: string
  /** Bytes. */
  readonly maximumBytes: number
  readonly duplicate: string
  readonly detail: Detail
  present(item: ItemDetail<Part>): z.input<Detail>
}

export const byId = z.object({ id: uuid })
/** Of a page or version: from 1, and no larger than the database counts. */
export const ordinal = z.coerce
  .number<string>()
  .int()
  .min(1)
  .max(2 ** 31 - 1)

export const versionQuery = z.object({
  version: ordinal.optional().meta({ description: 'The current one unless told.' }),
})

/** Optional on every change: refuses it with 412 when somebody else was quicker. */
export const ifMatch = z.object({ 'if-match': z.string().max(200).optional() })
/** Of files and pictures, whose ETag is the hash of their bytes. */
export const ifNoneMatch = z.object({ 'if-none-match': z.string().max(2_000).optional() })
const rangeHeaders = z.object({
  range: z.string().max(200).optional(),
  'if-range': z.string().max(200).optional(),
  ...ifNoneMatch.shape,
})

/** The routes that documents and voice samples have in common. */
export function itemRoutes<Part, Detail extends z.ZodType>(
  services: ItemServices<Part>,
  api: ItemApi<Part, Detail>,
): Route[] {
  const { noun, paths, accept, maximumBytes } = api
  const { intake, items, versions, trash } = services
  const tag = `${noun}s`
  const reading = { tag, policy: may('documents:read', 'project viewer') } as const
  const writing = { tag, policy: may('documents:write', 'project reviewer') } as const
  const duplicate = {
    description: `\`${api.duplicate}\`: the project has the same bytes; the answer says where, and whether that is in the trash`,
  }
  const placed = (item: { id: string; etag: string }) => ({
    etag: item.etag,
    location: `${paths.collection}/${item.id}`,
  })

  return [
    route({
      ...writing,
      method: 'post',
      path: paths.upload,
      summary: `Upload a ${noun}`,
      description: `${api.formats}, told by content. \`tags\` is a list separated by commas.`,
      idempotent: true,
      params: byId,
      upload: { maximumBytes, accept, fields: newItemFields },
      answers: {
        201: { description: 'Stored, and on its way to be read', schema: uploadedItem },
        409: duplicate,
      },
      admit: ({ principal, params }) => intake.admitUpload(principal, params.id),
      handle: async ({ principal, params, upload }) => {
        const body = await intake.upload(principal, params.id, upload)
        return { status: 201, body, headers: placed(body) }
      },
    }),
    route({
      tag,
      policy: may('documents:read'),
      method: 'get',
      path: paths.collection,
      summary: `List ${noun}s`,
      query: z.object({ projectId: uuid.optional(), ...itemListQuery }),
      answers: {
        200: {
          description: 'Newest first unless told',
          schema: listOf(itemSummary).extend({ total: totalOfList }),
        },
      },
      handle: async ({ principal, query }) => ({ status: 200, body: await items.list(principal, query) }),
    }),
    route({
      ...reading,
      method: 'get',
      path: paths.item,
      summary: `Read a ${noun}`,
      params: byId,
      answers: { 200: { description: 'With what was read from it, and its history', schema: api.detail } },
      handle: async ({ principal, params }) => {
        const item = await items.get(principal, params.id)
        return { status: 200, body: api.present(item), headers: { etag: item.etag } }
      },
    }),
    route({
      ...writing,
      method: 'patch',
      path: paths.item,
      summary: `Change title, language or tags of a ${noun}`,
      description: 'A new language counts from the next reprocessing on.',
      params: byId,
      headers: ifMatch,
      body: itemChange,
      answers: { 200: { description: 'As it is now', schema: itemSummary } },
      handle: async ({ principal, params, headers, body }) => {
        const item = await items.change(principal, params.id, body, headers['if-match'])
        return { status: 200, body: item, headers: { etag: item.etag } }
      },
    }),
    route({
      tag,
      policy: may('documents:write', 'project owner or uploader'),
      method: 'delete',
      path: paths.item,
      summary: `Put a ${noun} into the trash`,
      description:
        'By those who uploaded it and by owners of the project. It can be restored until it is purged, by an owner or after the time that deleted things are kept.',
      params: byId,
      headers: ifMatch,
      answers: { 204: { description: 'In the trash' } },
      handle: async ({ principal: caller, params, headers }) => {
        await trash.remove({ caller, id: params.id, ifMatch: headers['if-match'] })
        return { status: 204 }
      },
    }),
    route({
      ...reading,
      method: 'get',
      path: paths.file,
      summary: `Download the file of a ${noun}`,
      params: byId,
      query: versionQuery,
      headers: rangeHeaders,
      answers: {
        200: { description: 'The whole file', mediaTypes: accept },
        206: { description: 'The range that was asked for', mediaTypes: accept },
        304: { description: 'The caller has it' },
        416: { description: '`range_not_satisfiable`: the range begins behind the end' },
      },
      handle: async ({ principal, params, query, headers }) =>
        answerFile(await versions.file(principal, params.id, query.version), headers),
    }),
    route({
      ...reading,
      method: 'get',
      path: paths.versions,
      summary: `List the versions of a ${noun}`,
      params: byId,
      answers: { 200: { description: 'All of them, newest first', schema: listOf(itemVersion) } },
      handle: async ({ principal, params }) => {
        const all = await versions.list(principal, params.id)
        return { status: 200, body: { items: all, nextCursor: null } }
      },
    }),
    route({
      ...reading,
      method: 'get',
      path: paths.version,
      summary: `Read a version of a ${noun} and what was read from it`,
      params: byId.extend({ v: ordinal }),
      answers: { 200: { description: 'The version', schema: itemVersionDetail } },
      handle: async ({ principal, params }) => ({
        status: 200,
        body: await versions.get(principal, params.id, params.v),
      }),
    }),
    route({
      ...writing,
      method: 'post',
      path: paths.versions,
      summary: `Upload a new version of a ${noun}`,
      idempotent: true,
      params: byId,
      headers: ifMatch,
      upload: { maximumBytes, accept, fields: z.strictObject({}) },
      answers: { 201: { description: 'Stored as the current version', schema: itemSummary }, 409: duplicate },
      admit: ({ principal, params }) => intake.admitVersion(principal, params.id),
      handle: async ({ principal, params, headers, upload }) => {
        const body = await intake.addVersion(principal, params.id, upload, headers['if-match'])
        return { status: 201, body, headers: placed(body) }
      },
    }),
    route({
      ...writing,
      method: 'post',
      path: paths.reprocess,
      summary: `Read the current version of a ${noun} again`,
      idempotent: true,
      params: byId,
      headers: ifMatch,
      answers: { 202: { description: 'On its way to be read', schema: itemSummary } },
      handle: async ({ principal, params, headers }) => {
        const body = await intake.reprocess(principal, params.id, headers['if-match'])
        return { status: 202, body, headers: { etag: body.etag } }
      },
    }),
    ...trashRoutes(services, api),
  ]
}
