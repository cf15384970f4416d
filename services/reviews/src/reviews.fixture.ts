import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { EventContract } from '@alta/contracts/event'
import { documentOcrCompleted } from '@alta/contracts/events/document-ocr-completed.v1'
import { projectCreated } from '@alta/contracts/events/project-created.v1'
import { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import { voiceTranscriptionCompleted } from '@alta/contracts/events/voice-transcription-completed.v1'
import type { ProjectRole, ReviewPolicy } from '@alta/contracts/resources/project'
import type { RecognisedDocument, Transcript } from '@alta/contracts/resources/recognition'
import { permissionsOf } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import { idempotencyStore } from '@alta/kit/database/idempotency'
import { createApp } from '@alta/kit/http/app'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { localDisk } from '@alta/kit/storage/local-disk'
import { createTestDatabase } from '@alta/kit/testing/database'
import { deliverTo, emitted, eventOf } from '@alta/kit/testing/deliver'
import type { Person } from '@alta/kit/testing/person'
import type { ReviewsSchema } from './database/schema.ts'
import { presenceRoutes } from './presence/presence.routes.ts'
import { presenceService } from './presence/presence.service.ts'
import { decisions } from './reviews/decide-review.ts'
import { reviewRoutes } from './reviews/review.routes.ts'
import { reviewService } from './reviews/review.service.ts'
import { subscriptions } from './subscriptions.ts'

export const usualPolicy: ReviewPolicy = {
  minimumConfidence: 0.9,
  minimumWordConfidence: 0.6,
  secondReviewer: false,
}

/** What a token says is taken as it is: identity's part is tested where it lives. */
const tokenOf = (who: Person): string => Buffer.from(JSON.stringify(who)).toString('base64url')

async function principalOf(token: string): Promise<Principal> {
  const { userId, tenantId, roles } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Person
  return { userId, tenantId, sessionId: 'test', roles, permissions: permissionsOf(roles, tenantId), token }
}

/** The service on a real PostgreSQL and a real port, with a clock that tests can turn. */
export async function startReviews() {
  const test = await createTestDatabase<ReviewsSchema>(
    'reviews',
    new URL('./database/migrations/', import.meta.url),
  )
  const directory = await mkdtemp(join(tmpdir(), 'alta-reviews-'))
  const files = localDisk(directory)
  let ahead = 0
  const clock = () => new Date(Date.now() + ahead)
  const { database, admin } = test
  const options = { database, files, claimSeconds: 900, undoSeconds: 86_400, clock }
  const presence = presenceService(options)
  const routes = [
    ...reviewRoutes(reviewService(options), decisions(options), clock),
    ...presenceRoutes(presence),
  ]
  const app = createApp({
    appId: 'reviews',
    appToken: 'a token of the sidecar',
    routes,
    verifyToken: principalOf,
    idempotency: idempotencyStore(database),
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const deliver = deliverTo(database, subscriptions(files))

  /** @param path after `/api/v1` */
  async function call(who: Person | undefined, method: string, path: string, body?: unknown, headers = {}) {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
      method,
      headers: {
        'dapr-api-token': 'a token of the sidecar',
        ...(who ? { authorization: `Bearer ${tokenOf(who)}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    // Tests look into answers freely; each expectation says what must be there.
    return {
      status: response.status,
      headers: response.headers,
      body: JSON.parse((await response.text()) || 'null'),
    }
  }

  /** As an engine leaves what it has read. */
  async function store(value: RecognisedDocument | Transcript) {
    const stored = await files.put(Readable.from([Buffer.from(JSON.stringify(value))]))
    return { ...stored, mediaType: 'application/json' }
  }

  return {
    ...test,
    files,
    routes,
    deliver,
    clock,
    call,
    presence,
    /** Every file there is. */
    async stored(): Promise<string[]> {
      return (await Array.fromAsync(files.list())).map(({ sha256 }) => sha256)
    },
    /** Lets so many hours pass for what is known of files that no verdict names. */
    async age(hours: number) {
      await admin.query('update files set used_at = used_at - make_interval(hours => $1)', [hours])
    },
    get: (who: Person | undefined, path: string) => call(who, 'GET', path),
    post: (who: Person | undefined, path: string, body?: unknown, headers = {}) =>
      call(who, 'POST', path, body, headers),
    /** Turns the clock on. */
    wait(seconds: number) {
      ahead += seconds * 1000
    },
    emitted: <Data>(contract: EventContract<Data>) => emitted(admin, contract),

    async project(owner: Person, review: Partial<ReviewPolicy> = {}): Promise<string> {
      const projectId = randomUUIDv7()
      const data = {
        projectId,
        name: 'Letters',
        language: 'en',
        ownerId: owner.userId,
        review: { ...usualPolicy, ...review },
      }
      await deliver(eventOf(projectCreated, data, { sequence: '1', tenantid: owner.tenantId }))
      return projectId
    },

    async member(projectId: string, who: Person, role: ProjectRole, sequence = 2): Promise<void> {
      const data = { projectId, userId: who.userId, role }
      await deliver(eventOf(projectMemberAdded, data, { sequence: String(sequence), tenantid: who.tenantId }))
    },

    async readDocument(
      projectId: string,
      value: RecognisedDocument,
      more: { documentId?: string; recognitionId?: string; version?: number; traceparent?: string } = {},
    ) {
      const { traceparent, ...ids } = more
      const data = {
        documentId: randomUUIDv7(),
        recognitionId: randomUUIDv7(),
        version: 1,
        ...ids,
        projectId,
        engine: value.engine,
        confidence: value.confidence,
        pages: value.pages.length,
        result: await store(value),
      }
      const event = eventOf(documentOcrCompleted, data, traceparent ? { traceparent } : {})
      return { ...data, event, result: data.result, delivered: await deliver(event) }
    },

    async readVoice(projectId: string, value: Transcript) {
      const data = {
        voiceSampleId: randomUUIDv7(),
        recognitionId: randomUUIDv7(),
        version: 1,
        projectId,
        engine: value.engine,
        confidence: value.confidence,
        duration: value.duration,
        result: await store(value),
      }
      await deliver(eventOf(voiceTranscriptionCompleted, data))
      return data
    },

    async reviewIdOf(subjectId: string): Promise<string> {
      const { rows } = await admin.query<{ id: string }>(
        'select id from review_items where subject_id = $1 order by created_at desc, id desc limit 1',
        [subjectId],
      )
      if (!rows[0]) throw new Error(`no review of ${subjectId}`)
      return rows[0].id
    },

    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await test.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export type TestReviews = Awaited<ReturnType<typeof startReviews>>
