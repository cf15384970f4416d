import { documentOcrCompleted } from '@alta/contracts/events/document-ocr-completed.v1'
import { documentOcrFailed } from '@alta/contracts/events/document-ocr-failed.v1'
import { documentOcrRequested } from '@alta/contracts/events/document-ocr-requested.v1'
import { documentOcrStarted } from '@alta/contracts/events/document-ocr-started.v1'
import { reviewApproved } from '@alta/contracts/events/review-approved.v1'
import { reviewFailed } from '@alta/contracts/events/review-failed.v1'
import { reviewOpened } from '@alta/contracts/events/review-opened.v1'
import { reviewRejected } from '@alta/contracts/events/review-rejected.v1'
import { reviewSentBack } from '@alta/contracts/events/review-sent-back.v1'
import { reviewUndone } from '@alta/contracts/events/review-undone.v1'
import { voiceTranscriptionCompleted } from '@alta/contracts/events/voice-transcription-completed.v1'
import { voiceTranscriptionFailed } from '@alta/contracts/events/voice-transcription-failed.v1'
import { voiceTranscriptionRequested } from '@alta/contracts/events/voice-transcription-requested.v1'
import { voiceTranscriptionStarted } from '@alta/contracts/events/voice-transcription-started.v1'
import type { StoredFile } from '@alta/contracts/resources/file'
import type { ReviewKind } from '@alta/contracts/resources/review'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { Person } from '@alta/kit/testing/person'
import { heard, pdf, reading, type TestDocuments, wav } from '../documents.fixture.ts'

/** One uploaded item, and the events that other services emit about it. */
export async function uploadedItem(documents: TestDocuments, owner: Person, kind: ReviewKind) {
  const projectId = await documents.project(owner)
  const isDocument = kind === 'document'
  const collection = isDocument ? 'documents' : 'voice-samples'
  const uploadPath = `/projects/${projectId}/${collection}`
  const { body } = await documents.upload(owner, uploadPath, isDocument ? pdf() : wav(), {
    fields: { title: 'To Ann' },
  })
  const id: string = body.id
  const path = `/${collection}/${id}`
  const reviewId = randomUUIDv7()

  async function runs(): Promise<string[]> {
    if (isDocument) {
      const requested = await documents.emitted(documentOcrRequested)
      return requested.filter((data) => data.documentId === id).map((data) => data.recognitionId)
    }
    const requested = await documents.emitted(voiceTranscriptionRequested)
    return requested.filter((data) => data.voiceSampleId === id).map((data) => data.recognitionId)
  }
  const recognitionId = (await runs())[0] ?? ''
  const review = { reviewId, kind, subjectId: id, projectId, recognitionId }
  const run = { projectId, recognitionId }
  const at = (sequence: number, id: string | undefined) => ({
    sequence: String(sequence),
    ...(id ? { id } : {}),
  })

  return {
    id,
    path,
    projectId,
    recognitionId,
    runs,
    get: () => documents.get(owner, path),
    result: (text: string, confidence?: number): Promise<StoredFile> =>
      documents.leave(isDocument ? reading(text, confidence) : heard(text, confidence)),

    started: () =>
      isDocument
        ? documents.hear(documentOcrStarted, { documentId: id, ...run })
        : documents.hear(voiceTranscriptionStarted, { voiceSampleId: id, ...run }),
    completed(result: StoredFile, more: { id?: string } = {}) {
      const facts = { ...run, version: 1, confidence: 0.8, result }
      return isDocument
        ? documents.hear(
            documentOcrCompleted,
            { documentId: id, ...facts, engine: 'tesseract', pages: 1 },
            more,
          )
        : documents.hear(
            voiceTranscriptionCompleted,
            { voiceSampleId: id, ...facts, engine: 'pocketsphinx', duration: 2.5 },
            more,
          )
    },
    failed(code: string) {
      const facts = { ...run, version: 1, code, detail: 'Why it failed.', temporary: false }
      return isDocument
        ? documents.hear(documentOcrFailed, { documentId: id, ...facts })
        : documents.hear(voiceTranscriptionFailed, { voiceSampleId: id, ...facts })
    },
    opened: (sequence = 1) =>
      documents.hear(reviewOpened, { ...review, confidence: 0.8, round: 1 }, at(sequence, undefined)),
    approved: (result: StoredFile, by: string | null, sequence = 2, eventId?: string) =>
      documents.hear(
        reviewApproved,
        { ...review, reviewId: by === null ? null : reviewId, by, result, corrections: by === null ? 0 : 1 },
        at(sequence, eventId),
      ),
    rejected: (by: string, sequence = 2) =>
      documents.hear(reviewRejected, { ...review, by, reason: 'Upside down.' }, at(sequence, undefined)),
    sentBack: (by: string, sequence = 2) =>
      documents.hear(reviewSentBack, { ...review, by, reason: 'Look again.' }, at(sequence, undefined)),
    reviewFailed: () => {
      const { reviewId: _, ...subject } = review
      const facts = { code: 'review_failed', detail: 'No project.' }
      return documents.hear(reviewFailed, { ...subject, ...facts }, at(0, undefined))
    },
    undone: (by: string, sequence = 3) =>
      documents.hear(reviewUndone, { ...review, by, verdict: 'approved' }, at(sequence, undefined)),
  }
}
