import { mkdtemp, rm, utimes } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { EventContract } from '@alta/contracts/event'
import type { RecognisedDocument, Transcript } from '@alta/contracts/resources/recognition'
import { permissionsOf } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import { idempotencyStore } from '@alta/kit/database/idempotency'
import { createApp } from '@alta/kit/http/app'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { keyOf } from '@alta/kit/storage/content-address'
import { localDisk } from '@alta/kit/storage/local-disk'
import { createTestDatabase } from '@alta/kit/testing/database'
import { deliverTo, emitted, eventOf } from '@alta/kit/testing/deliver'
import type { Person } from '@alta/kit/testing/person'
import { expect } from 'vitest'
import type { Schema } from './database/schema.ts'
import { trackedStorage } from './intake/tracked-storage.ts'
import { routes } from './routes.ts'
import { subscriptions } from './subscriptions.ts'

/** Bytes that are told to be a PDF and that no other call gives. */
export const pdf = (text = randomUUIDv7()) => Buffer.from(`%PDF-1.4\n% ${text}\n`)
export const wav = (text = randomUUIDv7()) =>
  Buffer.concat([Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt ', 'latin1'), Buffer.from(text)])

export const reading = (text: string, confidence = 0.9): RecognisedDocument => ({
  engine: 'tesseract',
  languages: ['en'],
  confidence,
  pages: text.split('\f').map((page, index) => ({
    number: index + 1,
    width: 1000,
    height: 1400,
    text: page,
    confidence,
    words: page.split(' ').map((word, at) => ({
      text: word,
      confidence,
      box: { x: at * 100, y: 10, width: 90, height: 20 },
    })),
    origin: 'ocr',
  })),
})

export const heard = (text: string, confidence = 0.8): Transcript => ({
  engine: 'pocketsphinx',
  language: 'en',
  duration: 2.5,
  confidence,
  text,
  segments: [{ start: 0, end: 2.5, text, confidence, words: [{ text, start: 0, end: 2.5, confidence }] }],
})

/** What a token says is taken as it is: identity's part is tested where it lives. */
const tokenOf = (who: Person): string => Buffer.from(JSON.stringify(who)).toString('base64url')

async function principalOf(token: string): Promise<Principal> {
  const { userId, tenantId, roles } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Person
  return { userId, tenantId, sessionId: 'test', roles, permissions: permissionsOf(roles, tenantId), token }
}

export type TestDocuments = Awaited<ReturnType<typeof startDocuments>>

/** The service on a real PostgreSQL, a real disk and a real port. */
export async function startDocuments() {
  const migrations = new URL('./database/migrations/', import.meta.url)
  const test = await createTestDatabase<Schema>('documents', migrations)
  const { database, admin } = test
  const directory = await mkdtemp(join(tmpdir(), 'alta-documents-'))
  const files = trackedStorage(database, localDisk(directory))
  const limits = {
    DOCUMENT_MAXIMUM_BYTES: 1_000_000,
    VOICE_SAMPLE_MAXIMUM_BYTES: 1_000_000,
    UPLOAD_EXPIRATION_HOURS: 24,
    UPLOAD_SMALLEST_PART_BYTES: 1000,
  }
  /** One more process of the service, which has nothing in common with the others but database and storage. */
  async function startReplica() {
    const app = createApp({
      appId: 'documents',
      appToken: 'a token of the sidecar',
      routes: routes(database, files, limits),
      verifyToken: principalOf,
      files,
      idempotency: idempotencyStore(database),
    })
    const server = createServer(app).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const close = async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    }
    return { port, close }
  }
  const replicas = [await startReplica()]
  const [{ port } = { port: 0 }] = replicas

  const deliver = deliverTo(database, subscriptions(files))

  /** @param path after `/api/v1` */
  const send = (
    who: Person | undefined,
    method: string,
    path: string,
    headers = {},
    body?: string | FormData,
  ) =>
    fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
      method,
      headers: {
        'dapr-api-token': 'a token of the sidecar',
        ...(who ? { authorization: `Bearer ${tokenOf(who)}` } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    })

  async function call(who: Person | undefined, method: string, path: string, body?: unknown, headers = {}) {
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const text = body === undefined ? undefined : JSON.stringify(body)
    return answerOf(await send(who, method, path, { ...json, ...headers }, text))
  }

  async function upload(
    who: Person,
    path: string,
    bytes: Buffer,
    { fields = {}, headers = {}, name = 'letter.pdf' }: UploadExtras = {},
  ) {
    const form = new FormData()
    for (const [field, value] of Object.entries(fields)) form.set(field, value)
    form.set('file', new Blob([new Uint8Array(bytes)]), name)
    return answerOf(await send(who, 'POST', path, headers, form))
  }

  return {
    database,
    admin,
    files,
    directory,
    send,
    call,
    upload,
    get: (who: Person | undefined, path: string) => call(who, 'GET', path),
    port,
    /** Port of another process of the service. */
    async anotherReplica(): Promise<number> {
      const replica = await startReplica()
      replicas.push(replica)
      return replica.port
    },
    headersOf: (who: Person) => ({
      'dapr-api-token': 'a token of the sidecar',
      authorization: `Bearer ${tokenOf(who)}`,
    }),
    deliver,
    emitted: <Data>(contract: EventContract<Data>) => emitted(admin, contract),
    /** Tells the service of something that another one did. */
    async hear<Data>(contract: EventContract<Data>, data: NoInfer<Data>, more: Partial<CloudEvent> = {}) {
      const event = eventOf(contract, data, more)
      expect(await deliver(event)).toBe('SUCCESS')
      return event
    },
    /** Leaves a result in storage, as an engine does: not through this service. */
    async leave(result: unknown) {
      const bytes = Buffer.from(JSON.stringify(result))
      const stored = await localDisk(directory).put(Readable.from([bytes]))
      return { ...stored, mediaType: 'application/json' }
    },
    /** Lets so many hours pass for every file there is, and for what is known of those that nothing names. */
    async age(hours: number) {
      await admin.query(`update files set used_at = used_at - make_interval(hours => $1)`, [hours])
      for await (const { sha256, modifiedAt } of files.list()) {
        const before = new Date(modifiedAt.getTime() - hours * 3_600_000)
        await utimes(join(directory, keyOf(sha256)), before, before)
      }
    },
    /** Id of a new project of this person. */
    async project(owner: Person, fields: Record<string, unknown> = {}): Promise<string> {
      return (await call(owner, 'POST', '/projects', { name: 'Letters 1943', ...fields })).body.id
    },
    async close() {
      await Promise.all(replicas.map((replica) => replica.close()))
      await test.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

interface UploadExtras {
  fields?: Record<string, string>
  headers?: Record<string, string>
  name?: string
}

async function answerOf(response: Response) {
  const text = await response.text()
  const json = response.headers.get('content-type')?.includes('json') === true
  const body = json ? JSON.parse(text) : text
  return { status: response.status, headers: response.headers, body }
}
