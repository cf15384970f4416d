import { voiceMediaTypes } from '@alta/contracts/resources/file'
import type { Segment } from '@alta/contracts/resources/recognition'
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
import { voiceSampleDetail, voiceSampleResource } from './voice-sample.resource.ts'

export interface VoiceSampleServices {
  readonly intake: IntakeService
  readonly items: ItemService<Segment>
  readonly versions: VersionService
}

const tag = 'voice samples'
const collection = '/api/v1/voice-samples'

/** @param maximumBytes largest file that is taken */
export const voiceSampleRoutes = (services: VoiceSampleServices, maximumBytes: number): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/projects/:id/voice-samples',
    summary: 'Upload a voice sample',
    description: 'WAV, MP3, OGG, FLAC or M4A, told by content. `tags` is a list separated by commas.',
    tag,
    policy: may('documents:write'),
    idempotent: true,
    params: byId,
    upload: { maximumBytes, accept: voiceMediaTypes, fields: newItemFields },
    answers: {
      201: { description: 'Stored, and on its way to be read', schema: voiceSampleResource },
      409: {
        description: '`duplicate_voice_sample`: the project has the same bytes; `voiceSampleId` says where',
      },
    },
    handle: async ({ principal, params, upload }) => {
      const item = await services.intake.upload(principal, params.id, upload)
      return { status: 201, ...atItsPlace(item, collection) }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/voice-samples',
    summary: 'List voice samples',
    tag,
    policy: may('documents:read'),
    query: z.object({ ...pageQuery, ...itemFilter }),
    answers: { 200: { description: 'Newest first', schema: listOf(voiceSampleResource) } },
    handle: async ({ principal, query }) => ({
      status: 200,
      body: await services.items.list(principal, query),
    }),
  }),
  route({
    method: 'get',
    path: '/api/v1/voice-samples/:id',
    summary: 'Read a voice sample',
    tag,
    policy: may('documents:read'),
    params: byId,
    answers: { 200: { description: 'With its transcript, segments and history', schema: voiceSampleDetail } },
    handle: async ({ principal, params }) => {
      const { parts: segments, text: transcript, ...item } = await services.items.get(principal, params.id)
      return { status: 200, ...withEtag({ ...item, transcript, segments }) }
    },
  }),
  route({
    method: 'patch',
    path: '/api/v1/voice-samples/:id',
    summary: 'Change title, language or tags of a voice sample',
    description: 'A new language counts from the next reprocessing on.',
    tag,
    policy: may('documents:write'),
    params: byId,
    headers: ifMatch,
    body: itemChange,
    answers: { 200: { description: 'The voice sample as it is now', schema: voiceSampleResource } },
    handle: async ({ principal, params, headers, body }) => {
      const item = await services.items.change(principal, params.id, body, headers['if-match'])
      return { status: 200, ...withEtag(item) }
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/voice-samples/:id',
    summary: 'Delete a voice sample',
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
    path: '/api/v1/voice-samples/:id/file',
    summary: 'Download the file of a voice sample',
    tag,
    policy: may('documents:read'),
    params: byId,
    query: fileQuery,
    headers: rangeHeaders,
    answers: {
      200: { description: 'The whole file', mediaTypes: voiceMediaTypes },
      206: { description: 'The range that was asked for', mediaTypes: voiceMediaTypes },
    },
    handle: async ({ principal, params, query, headers }) =>
      answerFile(await services.versions.file(principal, params.id, query.version), headers),
  }),
  route({
    method: 'get',
    path: '/api/v1/voice-samples/:id/versions',
    summary: 'List the versions of a voice sample',
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
    path: '/api/v1/voice-samples/:id/versions/:v',
    summary: 'Read a version of a voice sample and what was read from it',
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
    path: '/api/v1/voice-samples/:id/versions',
    summary: 'Upload a new version of a voice sample',
    tag,
    policy: may('documents:write'),
    idempotent: true,
    params: byId,
    headers: ifMatch,
    upload: { maximumBytes, accept: voiceMediaTypes, fields: z.strictObject({}) },
    answers: {
      201: {
        description: 'Stored as the current version, and on its way to be read',
        schema: voiceSampleResource,
      },
      409: {
        description: '`duplicate_voice_sample`: the project has the same bytes; `voiceSampleId` says where',
      },
    },
    handle: async ({ principal, params, headers, upload }) => {
      const item = await services.intake.addVersion(principal, params.id, upload, headers['if-match'])
      return { status: 201, ...atItsPlace(item, collection) }
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/voice-samples/:id/reprocess',
    summary: 'Read the current version of a voice sample again',
    tag,
    policy: may('documents:write'),
    idempotent: true,
    params: byId,
    headers: ifMatch,
    answers: { 202: { description: 'On its way to be read', schema: voiceSampleResource } },
    handle: async ({ principal, params, headers }) => {
      const item = await services.intake.reprocess(principal, params.id, headers['if-match'])
      return { status: 202, ...withEtag(item) }
    },
  }),
]
