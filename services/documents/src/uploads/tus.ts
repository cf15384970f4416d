import type { IncomingMessage } from 'node:http'
import { Problem } from '@alta/kit/errors'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { DataStore, type Locker, Metadata, Server, Upload } from '@tus/server'
import type { Caller } from '../projects/access.ts'
import type { UploadRow } from './upload.repository.ts'
import type { UploadService } from './upload.service.ts'

/** Rows decide who goes on with an upload, over all replicas; see `addPart`. */
const noLocks: Locker = {
  newLock: () => ({ lock: () => Promise.resolve(), unlock: () => Promise.resolve() }),
}

export interface TusExchange {
  readonly request: IncomingMessage
  readonly caller: Caller
  readonly projectId: string
  /** Undefined for the request that creates one. */
  readonly uploadId: string | undefined
}

export interface TusAnswer {
  readonly status: number
  readonly headers: Headers
  /** Undefined when it has been ended. */
  readonly upload: UploadRow | undefined
}

/**
 * Has the library say what a request means by the protocol, and our service do it. The library sees no bytes: it would
 * read them by a stream that breaks when the connection does, and what has come by then is to be kept.
 * @throws {Problem} instead of the library's answers in plain text
 */
export async function answerTus(uploads: UploadService, exchange: TusExchange): Promise<TusAnswer> {
  const { request, caller, projectId } = exchange
  const id = exchange.uploadId ?? randomUUIDv7()
  const place = { projectId, id }
  let seen: UploadRow | undefined
  let refused: unknown
  const remembering = async (asked: Promise<UploadRow>): Promise<UploadRow> => {
    try {
      seen = await asked
      return seen
    } catch (error) {
      refused = error
      throw error
    }
  }

  class Store extends DataStore {
    override extensions = ['creation', 'expiration', 'termination', 'checksum']
    override async create(upload: Upload): Promise<Upload> {
      const written = String(request.headers['upload-metadata'] ?? '')
      const given = { length: upload.size ?? 0, metadata: upload.metadata ?? {}, written }
      await remembering(uploads.begin(caller, place, given))
      return upload
    }
    override async getUpload(): Promise<Upload> {
      const { length, received, metadata } = await remembering(uploads.find(caller, place))
      return new Upload({
        id,
        size: Number(length),
        offset: Number(received),
        // Nothing may be said of a file; the library takes the empty text for a mistake.
        ...(metadata === '' ? {} : { metadata: Metadata.parse(metadata) }),
      })
    }
    override async write(_unread: unknown, _id: string, position: number): Promise<number> {
      const checksum = request.headers['upload-checksum']
      const part = {
        position,
        body: request,
        checksum: checksum === undefined ? undefined : String(checksum),
      }
      return Number((await remembering(uploads.receive(caller, place, part))).received)
    }
    override async remove(): Promise<void> {
      await uploads.end(caller, place).catch((error: unknown) => {
        refused = error
        throw error
      })
    }
  }

  const server = new Server({
    path: '/api/v1/projects',
    datastore: new Store(),
    locker: noLocks,
    allowedOrigins: [],
    namingFunction: () => id,
    generateUrl: () => `/api/v1/projects/${projectId}/uploads/${id}`,
    getFileIdFromRequest: () => id,
  })
  const { status, headers, ...answer } = await ask(server, request)
  if (refused) throw refused
  if (status >= 400) throw inOurWords(status, await answer.text())
  return { status, headers, upload: seen }
}

async function ask(server: Server, request: IncomingMessage) {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, String(value))
  // A body in the form of a part would be one of the extension creation-with-upload, which is not offered.
  if (request.method === 'POST') headers.delete('content-type')
  const address = new URL(request.url ?? '/', 'http://uploads')
  const answer = await server.handleWeb(new Request(address, { method: request.method ?? 'GET', headers }))
  return { status: answer.status, headers: answer.headers, text: () => answer.text() }
}

const codes: Readonly<Record<number, string>> = {
  403: 'tus_header_missing',
  409: 'upload_offset_conflict',
  410: 'upload_expired',
  412: 'tus_version_required',
  413: 'payload_too_large',
  501: 'tus_extension_not_offered',
}

/** What a header lacks is no question of who somebody is: 400 and not the library's 403. */
const inOurWords = (status: number, text: string): Problem =>
  new Problem({
    status: status === 403 ? 400 : status,
    code: codes[status] ?? 'tus_request_invalid',
    detail: text.trim() || 'The request does not follow the tus protocol.',
    headers: { 'tus-resumable': '1.0.0' },
  })
