import type { CloudEvent } from '@alta/contracts/cloud-event'
import { documentDeleted } from '@alta/contracts/events/document-deleted.v1'
import { documentOcrCompleted } from '@alta/contracts/events/document-ocr-completed.v1'
import { documentOcrFailed } from '@alta/contracts/events/document-ocr-failed.v1'
import { documentOcrRequested } from '@alta/contracts/events/document-ocr-requested.v1'
import { documentOcrStarted } from '@alta/contracts/events/document-ocr-started.v1'
import { documentUploaded } from '@alta/contracts/events/document-uploaded.v1'
import { projectCreated } from '@alta/contracts/events/project-created.v1'
import { reviewApproved } from '@alta/contracts/events/review-approved.v1'
import { reviewClaimed } from '@alta/contracts/events/review-claimed.v1'
import { reviewOpened } from '@alta/contracts/events/review-opened.v1'
import { reviewPassed } from '@alta/contracts/events/review-passed.v1'
import { reviewUndone } from '@alta/contracts/events/review-undone.v1'
import { voiceTranscriptionCompleted } from '@alta/contracts/events/voice-transcription-completed.v1'
import { voiceTranscriptionRequested } from '@alta/contracts/events/voice-transcription-requested.v1'
import { voiceUploaded } from '@alta/contracts/events/voice-uploaded.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventOf } from '@alta/kit/testing/deliver'

const file = { sha256: 'a'.repeat(64), size: 1_000, mediaType: 'application/pdf' }
const recording = { ...file, mediaType: 'audio/wav' }

/** Begins on a day of UTC; each event of an item is a number of seconds after the one before it. */
interface Told {
  readonly projectId: string
  readonly day?: string
  readonly by?: string
  readonly tenantId?: string
}

export const project = (
  projectId: string,
  {
    ownerId = randomUUIDv7(),
    name = 'Letters',
    tenantId,
  }: { ownerId?: string; name?: string; tenantId?: string } = {},
) =>
  eventOf(
    projectCreated,
    { ...projectCreated.example, projectId, ownerId, name },
    { sequence: '1', ...(tenantId ? { tenantid: tenantId } : {}) },
  )

/** The clock of one story. */
function clockOf({ day = '2026-11-20', tenantId }: Told) {
  let now = Date.parse(`${day}T10:00:00Z`)
  return (seconds: number, sequence?: number): Partial<CloudEvent> => {
    now += seconds * 1_000
    return {
      time: new Date(now).toISOString(),
      ...(sequence === undefined ? {} : { sequence: String(sequence) }),
      ...(tenantId ? { tenantid: tenantId } : {}),
    }
  }
}

/** A document that is read in 10 s, opened 1 s later, claimed 60 s later and approved another 30 s later. */
export function reviewedDocument(
  told: Told & {
    reviewer?: string
    second?: string
    corrections?: number
    secondCorrections?: number
    confidence?: number
    engine?: string
    title?: string
  },
) {
  const { projectId, by = randomUUIDv7(), reviewer = randomUUIDv7(), second } = told
  const { corrections = 2, secondCorrections = 0, confidence = 0.75 } = told
  const { engine = 'tesseract', title = 'A letter' } = told
  const at = clockOf(told)
  const documentId = randomUUIDv7()
  const recognitionId = randomUUIDv7()
  const of = { documentId, projectId, recognitionId }
  const version = 1
  const facts = { kind: 'document' as const, subjectId: documentId, projectId, recognitionId }
  const review = { ...facts, reviewId: randomUUIDv7() }
  const expiresAt = '2026-11-30T00:00:00.000Z'
  const last = { result: file, words: 100 }
  const events = [
    eventOf(documentUploaded, { documentId, projectId, version, title, file, uploadedBy: by }, at(0)),
    eventOf(documentOcrRequested, { ...of, version, file, languages: ['en'] }, at(0)),
    eventOf(documentOcrStarted, of, at(2)),
    eventOf(documentOcrCompleted, { ...of, version, engine, confidence, pages: 3, result: file }, at(8)),
    eventOf(reviewOpened, { ...review, confidence, round: 1 }, at(1, 1)),
    eventOf(reviewClaimed, { ...review, by: reviewer, expiresAt }, at(60, 2)),
  ]
  if (second === undefined) {
    events.push(eventOf(reviewApproved, { ...review, ...last, by: reviewer, corrections }, at(30, 3)))
  } else {
    const agreed = secondCorrections === 0
    events.push(
      eventOf(reviewPassed, { ...review, by: reviewer, corrections, words: 100 }, at(10, 3)),
      eventOf(reviewOpened, { ...review, confidence, round: 2 }, at(0, 3)),
      eventOf(reviewClaimed, { ...review, by: second, expiresAt }, at(10, 4)),
      eventOf(
        reviewApproved,
        {
          ...review,
          ...last,
          by: second,
          corrections: secondCorrections,
          agreed,
          agreement: agreed ? 1 : 0.97,
        },
        at(10, 5),
      ),
    )
  }
  const undone = (undoes: number) =>
    eventOf(reviewUndone, { ...review, by: reviewer, verdict: 'approved', undoes }, at(5, undoes + 1))
  return {
    events,
    documentId,
    recognitionId,
    by,
    reviewer,
    undone,
    deleted: () => eventOf(documentDeleted, { documentId, projectId }, at(5)),
  }
}

/** A document that could not be read. */
export function unreadableDocument(told: Told & { code?: string }) {
  const { projectId, code = 'unreadable_file', by = randomUUIDv7() } = told
  const at = clockOf(told)
  const of = { documentId: randomUUIDv7(), projectId, version: 1 }
  const run = { ...of, recognitionId: randomUUIDv7() }
  return [
    eventOf(documentUploaded, { ...of, title: 'Ashes', file, uploadedBy: by }, at(0)),
    eventOf(documentOcrRequested, { ...run, file, languages: ['en'] }, at(0)),
    eventOf(documentOcrFailed, { ...run, code, detail: 'x', temporary: false }, at(5)),
  ]
}

/** A recording of ninety seconds that the machine was sure of. */
export function sureRecording(told: Told & { engine?: string }) {
  const { projectId, by = randomUUIDv7(), engine = 'google-speech' } = told
  const at = clockOf(told)
  const voiceSampleId = randomUUIDv7()
  const of = { voiceSampleId, projectId, version: 1 }
  const run = { ...of, recognitionId: randomUUIDv7() }
  const { recognitionId } = run
  const read = { engine, confidence: 0.97, duration: 90, result: recording }
  const approved = { kind: 'voice' as const, subjectId: voiceSampleId, projectId, recognitionId }
  return [
    eventOf(voiceUploaded, { ...of, title: 'A talk', file: recording, uploadedBy: by }, at(0)),
    eventOf(voiceTranscriptionRequested, { ...run, file: recording, languages: ['en'] }, at(0)),
    eventOf(voiceTranscriptionCompleted, { ...run, ...read }, at(40)),
    eventOf(
      reviewApproved,
      { ...approved, reviewId: null, by: null, result: recording, corrections: 0 },
      at(1, 1),
    ),
  ]
}
