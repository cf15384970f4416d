import type { EventContract } from '@alta/contracts/event'
import type { documentOcrCompleted } from '@alta/contracts/events/document-ocr-completed.v1'
import { reviewApproved } from '@alta/contracts/events/review-approved.v1'
import { reviewFailed } from '@alta/contracts/events/review-failed.v1'
import { reviewOpened } from '@alta/contracts/events/review-opened.v1'
import type { voiceTranscriptionCompleted } from '@alta/contracts/events/voice-transcription-completed.v1'
import type { StoredFile } from '@alta/contracts/resources/file'
import type { ReviewKind } from '@alta/contracts/resources/review'
import type { Emit } from '@alta/kit/database/database'
import { Problem } from '@alta/kit/errors'
import type { HandlerScope, WorkDefinition } from '@alta/kit/events/handlers'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { FileStorage } from '@alta/kit/storage/storage'
import type { ReviewsSchema } from '../database/schema.ts'
import { findProject } from '../projects/project.repository.ts'
import { isSure, type Sureness, surenessOf } from '../readings/reading.ts'
import { loadReading } from '../readings/stored-reading.ts'
import { factsOf } from './review.events.ts'
import { noteTriage } from './review.metrics.ts'
import { insertReview, type Review, supersedeItems } from './review.repository.ts'
import { advanceSubject, type Recognition } from './subject.repository.ts'

type Work<Contract> =
  Contract extends EventContract<infer Data>
    ? WorkDefinition<Data, Sureness | undefined, ReviewsSchema>
    : never

const TIME_LIMIT = 60_000

/** After OCR: settles the text where the machine was sure, opens an item where it was not. */
export const openDocumentReview = (files: FileStorage): Work<typeof documentOcrCompleted> => ({
  timeLimit: TIME_LIMIT,
  run: ({ result }) => surenessIn(files, 'document', result),
  commit: (sureness, { data, ...scope }) =>
    triage({ ...data, kind: 'document', subjectId: data.documentId }, data.result, sureness, scope),
  exhausted: async ({ errorClass }, { data, emit }) =>
    giveUp({ ...data, kind: 'document', subjectId: data.documentId }, errorClass, emit),
})

/** The same after a transcription. */
export const openVoiceReview = (files: FileStorage): Work<typeof voiceTranscriptionCompleted> => ({
  timeLimit: TIME_LIMIT,
  run: ({ result }) => surenessIn(files, 'voice', result),
  commit: (sureness, { data, ...scope }) =>
    triage({ ...data, kind: 'voice', subjectId: data.voiceSampleId }, data.result, sureness, scope),
  exhausted: async ({ errorClass }, { data, emit }) =>
    giveUp({ ...data, kind: 'voice', subjectId: data.voiceSampleId }, errorClass, emit),
})

/** Nobody else will say that this item leads nowhere. Sequence 0: whatever a review says later outweighs it. */
function giveUp(read: Omit<Recognition, 'tenantId'>, errorClass: string, emit: Emit): void {
  const { kind, subjectId, projectId, recognitionId } = read
  const detail = `What was read could not be given to review (${errorClass}).`
  emit(
    reviewFailed,
    { kind, subjectId, projectId, recognitionId, code: 'review_failed', detail },
    { sequence: 0 },
  )
}

/** Undefined when the file is not there, as when the news of what was purged is told once more. */
async function surenessIn(
  files: FileStorage,
  kind: ReviewKind,
  { sha256 }: StoredFile,
): Promise<Sureness | undefined> {
  try {
    return surenessOf(await loadReading(files, kind, sha256))
  } catch (error) {
    if (error instanceof Problem && error.code === 'file_missing') return undefined
    throw error
  }
}

async function triage(
  read: Omit<Recognition, 'tenantId'>,
  result: StoredFile,
  sureness: Sureness | undefined,
  { tx, emit, message }: HandlerScope<ReviewsSchema>,
): Promise<void> {
  const { kind, subjectId, projectId, recognitionId } = read
  const project = await findProject(tx, projectId)
  // Thrown plainly, so that it is tried again: events of different services come in any order.
  if (!project) throw new Error(`project ${projectId} is not known yet`)
  if (project.deleted) return
  const subject = await advanceSubject(tx, { ...read, tenantId: message.tenantId })
  if (!subject) return
  if (!sureness) throw new Error(`the reading ${result.sha256} of ${subjectId} is not in storage`)
  await supersedeItems(tx, subjectId, message.time)

  if (isSure(sureness, project.policy)) {
    const settled = { reviewId: null, by: null, kind, subjectId, projectId, recognitionId, result }
    emit(reviewApproved, { ...settled, corrections: 0 }, { sequence: 1 })
    noteTriage(kind, 'approved')
    return
  }
  const now = new Date()
  const review: Review = {
    id: randomUUIDv7(),
    tenantId: message.tenantId,
    projectId,
    kind,
    subjectId,
    recognitionId,
    confidence: sureness.confidence,
    certainty: sureness.certainty,
    // In the trash it is nobody's work; restored, it is opened and told of.
    status: subject.deleted ? 'closed' : 'open',
    round: 1,
    version: 1,
    current: { sha256: result.sha256, size: result.size },
    claimedBy: null,
    claimExpiresAt: null,
    traceparent: message.traceparent ?? null,
    createdAt: now,
    updatedAt: now,
  }
  await insertReview(tx, review)
  if (subject.deleted) return
  emit(reviewOpened, { ...factsOf(review), confidence: review.confidence, round: 1 }, { sequence: 1 })
  noteTriage(kind, 'opened')
}
