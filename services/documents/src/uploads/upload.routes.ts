import { may } from '@alta/kit/auth/policy'
import { currentContext } from '@alta/kit/http/request-context'
import { type RawHandler, type Route, rawRoute, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { uuid } from '../intake/fields.ts'
import { byId } from '../intake/item.routes.ts'
import { answerTus } from './tus.ts'
import type { UploadRow } from './upload.repository.ts'
import type { UploadService } from './upload.service.ts'

const named = byId.extend({ uploadId: uuid })

const upload = z.object({
  id: z.uuid(),
  kind: z.enum(['document', 'voice']),
  fileName: z.string(),
  /** Bytes of the whole, and of what has come. */
  length: z.int(),
  received: z.int(),
  /** Null until all bytes have come and the file was taken: with `received` at `length` that is under way. */
  outcome: z.enum(['created', 'duplicate', 'refused']).nullable(),
  /** The item that was made of it, or that had its bytes before. */
  itemId: z.uuid().nullable(),
  problem: z.object({ status: z.int(), code: z.string(), detail: z.string() }).nullable(),
  expiresAt: z.iso.datetime(),
})

/** Headers of a tus request, for the documentation and the edge; the library reads them itself. */
const resumable = { 'tus-resumable': z.literal('1.0.0') }
const number = z.string().regex(/^\d{1,15}$/)
const taken = ['tus-resumable', 'upload-offset', 'upload-expires', 'location']

/** Uploads that go on where they were interrupted, by the tus protocol 1.0 (https://tus.io). */
export function uploadRoutes(uploads: UploadService): Route[] {
  const told = (row: UploadRow): Record<string, string> => ({
    'upload-expires': uploads.expiresAt(row).toUTCString(),
    ...(row.outcome ? { 'upload-outcome': row.outcome } : {}),
    ...(row.item_id
      ? { 'upload-item': `/api/v1/${row.kind === 'voice' ? 'voice-samples' : 'documents'}/${row.item_id}` }
      : {}),
  })

  const raw: RawHandler = async (request, response) => {
    // Whom the policy has let in.
    const principal = currentContext()?.principal
    if (!principal) throw new Error('uploads are of somebody')
    const { id: projectId, uploadId } = byId.extend({ uploadId: uuid.optional() }).parse(request.params)
    try {
      const answer = await answerTus(uploads, { request, caller: principal, projectId, uploadId })
      for (const name of taken) {
        const value = answer.headers.get(name)
        if (value !== null) response.setHeader(name, value)
      }
      for (const [name, value] of Object.entries(answer.upload ? told(answer.upload) : {}))
        response.setHeader(name, value)
      response.writeHead(answer.status, { 'cache-control': 'no-store' }).end()
      return undefined
    } finally {
      // The sidecar reads no answer before the whole request has been sent.
      request.resume()
    }
  }
  const writing = { tag: 'uploads', policy: may('documents:write', 'project reviewer'), raw } as const

  return [
    rawRoute({
      ...writing,
      method: 'post',
      path: '/api/v1/projects/:id/uploads',
      summary: 'Begin an upload that can be interrupted',
      description:
        'tus 1.0 with creation, expiration, termination and checksum (sha256). `Upload-Metadata`: `filename`, `filetype`, `title`, `language`, `tags` with commas between them, `kind` (`document` or `voice`; from `filetype` unless told). Limits are those of an upload in one piece.',
      params: byId,
      headers: z.object({
        ...resumable,
        'upload-length': number,
        'upload-metadata': z.string().max(8000).optional(),
      }),
      answers: {
        201: { description: 'Begun; `Location` says where parts go' },
        409: { description: '`too_many_uploads`' },
        413: { description: 'Too large' },
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/projects/:id/uploads/:uploadId',
      summary: 'See how far an upload of one’s own is, and what became of it',
      description: 'HEAD has the same headers, by which tus clients find where to go on.',
      tag: 'uploads',
      policy: writing.policy,
      params: named,
      answers: {
        200: { description: 'The upload', schema: upload },
        410: { description: '`upload_expired`' },
      },
      handle: async ({ principal, params }) => {
        const row = await uploads.find(principal, { projectId: params.id, id: params.uploadId })
        const body = { ...present(row), expiresAt: uploads.expiresAt(row).toISOString() }
        return { status: 200, body, headers: { ...headersOf(row), ...told(row) } }
      },
    }),
    rawRoute({
      ...writing,
      method: 'patch',
      path: '/api/v1/projects/:id/uploads/:uploadId',
      summary: 'Send the next part of an upload',
      description:
        'From `Upload-Offset` on; a part has 1 MiB at least, unless it is the last, and may be as large as a document. With the last byte the file is taken as if it had come in one piece: `Upload-Outcome` is `created` or `duplicate`, and `Upload-Item` is where the item is that was made of it, or had its bytes before. Neither is there while the file is still being put together: ask with HEAD.',
      params: named,
      headers: z.object({
        ...resumable,
        'upload-offset': number,
        'upload-checksum': z.string().max(200).optional(),
      }),
      stream: 'application/offset+octet-stream',
      answers: {
        204: { description: 'Taken; `Upload-Offset` says how far it is' },
        400: { description: '`part_too_small`, `empty_part`, `unknown_checksum`' },
        409: { description: '`upload_offset_conflict`: ask with HEAD where it is' },
        410: { description: '`upload_expired`' },
        413: { description: 'More than the upload has said to be' },
        415: { description: 'Not a type that is taken here' },
      },
    }),
    rawRoute({
      ...writing,
      method: 'delete',
      path: '/api/v1/projects/:id/uploads/:uploadId',
      summary: 'End an upload',
      description: 'What has come of it is dropped; an item that was made of it stays.',
      params: named,
      headers: z.object(resumable),
      answers: { 204: { description: 'Ended' } },
    }),
  ]
}

const headersOf = (row: UploadRow): Record<string, string> => ({
  'tus-resumable': '1.0.0',
  'upload-offset': row.received,
  'upload-length': row.length,
  ...(row.metadata === '' ? {} : { 'upload-metadata': row.metadata }),
  'cache-control': 'no-store',
})

function present(row: UploadRow): Omit<z.input<typeof upload>, 'expiresAt'> {
  return {
    id: row.id,
    kind: row.kind,
    fileName: row.file_name,
    length: Number(row.length),
    received: Number(row.received),
    outcome: row.outcome,
    itemId: row.item_id,
    problem: row.problem,
  }
}
