import { reviewOpened } from '@alta/contracts/events/review-opened.v1'
import type { ReviewKind } from '@alta/contracts/resources/review'
import type { HandlerScope, Message } from '@alta/kit/events/handlers'
import type { ReviewsSchema } from '../database/schema.ts'
import { filesAreReleased } from '../readings/file.repository.ts'
import { factsOf } from './review.events.ts'
import { closeItemsOfSubject, purgeItemsOfSubject, reopenItemOfSubject } from './review.repository.ts'
import { markPurged, markSubject, type Subject } from './subject.repository.ts'

type Scope = HandlerScope<ReviewsSchema>
type About = { readonly projectId: string } & Readonly<Record<string, unknown>>

const subjectOf = (kind: ReviewKind, data: About, { tenantId }: Message): Subject => ({
  tenantId,
  projectId: data.projectId,
  kind,
  subjectId: String(kind === 'document' ? data.documentId : data.voiceSampleId),
})

/** What lies in the trash is nobody's work, and nobody reads it here. */
export const closeReviews =
  (kind: ReviewKind) =>
  async (data: About, { tx, message }: Scope): Promise<void> => {
    const subject = subjectOf(kind, data, message)
    const news = { deletedAt: message.time, sequence: message.sequence ?? 0 }
    if (await markSubject(tx, subject, news)) await closeItemsOfSubject(tx, subject.subjectId, message.time)
  }

/** Taken back from the trash: what nobody had decided about its newest reading waits for somebody again. */
export const reopenReview =
  (kind: ReviewKind) =>
  async (data: About, { tx, emit, message }: Scope): Promise<void> => {
    const subject = subjectOf(kind, data, message)
    const news = { deletedAt: null, sequence: message.sequence ?? 0 }
    if (!(await markSubject(tx, subject, news))) return
    const review = await reopenItemOfSubject(tx, subject.subjectId, message.time)
    if (!review) return
    const { confidence, round, version } = review
    emit(reviewOpened, { ...factsOf(review), confidence, round }, { sequence: version })
  }

/** Gone for good: no text is kept, in the database or in storage. Who decided what stands in events and the audit log. */
export const purgeReviews =
  (kind: ReviewKind) =>
  async (data: About, { tx, message }: Scope): Promise<void> => {
    const subject = subjectOf(kind, data, message)
    await markPurged(tx, subject, message.time)
    await filesAreReleased(tx, await purgeItemsOfSubject(tx, subject.subjectId))
  }
