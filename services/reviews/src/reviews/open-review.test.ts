import { Readable } from 'node:stream'
import { documentDeleted } from '@alta/contracts/events/document-deleted.v1'
import { documentOcrCompleted } from '@alta/contracts/events/document-ocr-completed.v1'
import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { projectCreated } from '@alta/contracts/events/project-created.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { projectUpdated } from '@alta/contracts/events/project-updated.v1'
import { reviewApproved } from '@alta/contracts/events/review-approved.v1'
import { reviewFailed } from '@alta/contracts/events/review-failed.v1'
import { reviewOpened } from '@alta/contracts/events/review-opened.v1'
import { voiceDeleted } from '@alta/contracts/events/voice-deleted.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventOf } from '@alta/kit/testing/deliver'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentOf, transcriptOf } from '../readings/readings.fixture.ts'
import { startReviews, type TestReviews, usualPolicy } from '../reviews.fixture.ts'

let reviews: TestReviews
beforeAll(async () => {
  reviews = await startReviews()
})
afterAll(() => reviews.close())

const owner = person()
const doubtful = documentOf('Dear Mrs Smlth!')

async function statusesOf(subjectId: string): Promise<string[]> {
  const { rows } = await reviews.admin.query<{ status: string }>(
    'select status from review_items where subject_id = $1 order by id',
    [subjectId],
  )
  return rows.map(({ status }) => status)
}

const about = <Data extends { subjectId: string }>(subjectId: string, events: Data[]): Data[] =>
  events.filter((data) => data.subjectId === subjectId)

describe('a reading that arrives', () => {
  it('is approved at once where the machine was sure, with the machine’s own file', async () => {
    const projectId = await reviews.project(owner)
    const { documentId, result } = await reviews.readDocument(projectId, documentOf('all is clear'))
    expect(about(documentId, await reviews.emitted(reviewApproved))).toMatchObject([
      { reviewId: null, by: null, kind: 'document', corrections: 0, result },
    ])
    expect(await statusesOf(documentId)).toEqual([])
  })

  it('that can never be read is told to everybody, with the reason', async () => {
    const projectId = await reviews.project(owner)
    // A file that is not what its contract says.
    const broken = { ...documentOf('x'), pages: [{ number: 1 }] as never }
    const { documentId } = await reviews.readDocument(projectId, broken)
    expect(about(documentId, await reviews.emitted(reviewFailed))).toMatchObject([
      { kind: 'document', projectId, code: 'review_failed' },
    ])
  })

  it('waits for a person where it was not', async () => {
    const projectId = await reviews.project(owner)
    const { documentId } = await reviews.readDocument(projectId, doubtful)
    expect(about(documentId, await reviews.emitted(reviewOpened))).toMatchObject([
      { reviewId: await reviews.reviewIdOf(documentId), kind: 'document', round: 1 },
    ])
  })

  it('follows the policy of its project', async () => {
    const projectId = await reviews.project(owner, { minimumConfidence: 0, minimumWordConfidence: 0 })
    const { documentId } = await reviews.readDocument(projectId, doubtful)
    expect(about(documentId, await reviews.emitted(reviewApproved))).toHaveLength(1)
  })

  it('may be a recording', async () => {
    const projectId = await reviews.project(owner)
    const { voiceSampleId } = await reviews.readVoice(projectId, transcriptOf('good morning'))
    expect(about(voiceSampleId, await reviews.emitted(reviewOpened))).toMatchObject([{ kind: 'voice' }])
    await reviews.deliver(eventOf(voiceDeleted, { voiceSampleId, projectId }))
    expect(await statusesOf(voiceSampleId)).toEqual(['closed'])
  })

  it('opens one item when it is delivered twice', async () => {
    const projectId = await reviews.project(owner)
    const { documentId, event } = await reviews.readDocument(projectId, doubtful)
    expect(await reviews.deliver(event)).toBe('SUCCESS')
    // The same news in an event of its own, as after a replay.
    expect(await reviews.deliver({ ...event, id: randomUUIDv7() })).toBe('SUCCESS')
    expect(await statusesOf(documentId)).toEqual(['open'])
    expect(about(documentId, await reviews.emitted(reviewOpened))).toHaveLength(1)
  })

  it('waits in the inbox for a project that is not known yet', async () => {
    const projectId = randomUUIDv7()
    const { documentId, event } = await reviews.readDocument(projectId, doubtful)
    const { rows } = await reviews.admin.query('select status from inbox_messages where message_id = $1', [
      event.id,
    ])
    expect(rows).toEqual([{ status: 'PARKED' }])
    expect(await statusesOf(documentId)).toEqual([])
  })

  it('that is no reading at all is given up at once', async () => {
    const projectId = await reviews.project(owner)
    const stored = await reviews.files.put(Readable.from([Buffer.from('{"pages":')]))
    const data = {
      ...documentOcrCompleted.example,
      documentId: randomUUIDv7(),
      projectId,
      result: { ...stored, mediaType: 'application/json' },
    }
    const event = eventOf(documentOcrCompleted, data)
    await reviews.deliver(event)
    const failed = (await reviews.emitted(messageFailed)).find((one) => one.event.id === event.id)
    expect(failed).toMatchObject({ attempts: 1, errorClass: 'unreadable_result' })
  })
})

describe('a newer reading', () => {
  it('takes the place of an item that nobody has decided on, claimed or not', async () => {
    const projectId = await reviews.project(owner)
    const { documentId } = await reviews.readDocument(projectId, doubtful)
    const old = await reviews.reviewIdOf(documentId)
    await reviews.post(owner, `/reviews/${old}/claim`)
    await reviews.readDocument(projectId, doubtful, { documentId })
    expect(await statusesOf(documentId)).toEqual(['superseded', 'open'])
    const { status, body } = await reviews.post(owner, `/reviews/${old}/approve`)
    expect([status, body.code]).toEqual([409, 'review_superseded'])
  })

  it('is not overtaken by an older one that comes late', async () => {
    const projectId = await reviews.project(owner)
    const [older, newer] = [randomUUIDv7(Date.now() - 1000), randomUUIDv7()]
    const { documentId } = await reviews.readDocument(projectId, doubtful, { recognitionId: newer })
    await reviews.readDocument(projectId, documentOf('all is clear'), { documentId, recognitionId: older })
    expect(await statusesOf(documentId)).toEqual(['open'])
    expect(about(documentId, await reviews.emitted(reviewApproved))).toEqual([])
  })
})

describe('what has been deleted', () => {
  it('takes its items out of the queue, and a late reading opens none', async () => {
    const projectId = await reviews.project(owner)
    const { documentId } = await reviews.readDocument(projectId, doubtful)
    await reviews.deliver(eventOf(documentDeleted, { documentId, projectId }))
    expect(await statusesOf(documentId)).toEqual(['closed'])
    await reviews.readDocument(projectId, doubtful, { documentId, version: 2 })
    expect(await statusesOf(documentId)).toEqual(['superseded', 'closed'])
  })

  it('may be told of before it was read', async () => {
    const projectId = await reviews.project(owner)
    const documentId = randomUUIDv7()
    await reviews.deliver(eventOf(documentDeleted, { documentId, projectId }))
    await reviews.readDocument(projectId, doubtful, { documentId })
    expect(await statusesOf(documentId)).toEqual(['closed'])
    expect(about(documentId, await reviews.emitted(reviewOpened))).toEqual([])
  })

  it('may be a whole project', async () => {
    const projectId = await reviews.project(owner)
    const { documentId } = await reviews.readDocument(projectId, doubtful)
    const id = await reviews.reviewIdOf(documentId)
    await reviews.deliver(eventOf(projectDeleted, { projectId }, { sequence: '9' }))
    expect(await statusesOf(documentId)).toEqual(['closed'])
    expect((await reviews.get(owner, `/reviews/${id}`)).status).toBe(404)
    const late = await reviews.readDocument(projectId, doubtful)
    expect(late.delivered).toBe('SUCCESS')
    expect(await statusesOf(late.documentId)).toEqual([])
  })
})

describe('news of projects out of order', () => {
  it('an older policy does not replace a newer one', async () => {
    const projectId = randomUUIDv7()
    const lenient = { minimumConfidence: 0, minimumWordConfidence: 0, secondReviewer: false }
    const named = { projectId, name: 'Letters', language: 'en' }
    await reviews.deliver(eventOf(projectUpdated, { ...named, review: lenient }, { sequence: '2' }))
    const created = { ...named, ownerId: owner.userId, review: usualPolicy }
    await reviews.deliver(eventOf(projectCreated, created, { sequence: '1' }))
    const { documentId } = await reviews.readDocument(projectId, doubtful)
    expect(about(documentId, await reviews.emitted(reviewApproved))).toHaveLength(1)
  })

  it('a deleted project does not come back', async () => {
    const projectId = randomUUIDv7()
    await reviews.deliver(eventOf(projectDeleted, { projectId }, { sequence: '2' }))
    const created = { projectId, name: 'Letters', language: 'en', ownerId: owner.userId, review: usualPolicy }
    await reviews.deliver(eventOf(projectCreated, created, { sequence: '1' }))
    const { documentId } = await reviews.readDocument(projectId, doubtful)
    expect(await statusesOf(documentId)).toEqual([])
  })
})
