import { reviewOpened } from '@alta/contracts/events/review-opened.v1'
import type { ReviewKind } from '@alta/contracts/resources/review'
import type { HandlerScope } from '@alta/kit/events/handlers'
import type { ReviewsSchema } from '../database/schema.ts'
import { factsOf } from './review.events.ts'
import { closeItemsOfSubject, reopenItemOfSubject } from './review.repository.ts'
import { markSubject } from './subject.repository.ts'

type Scope = HandlerScope<ReviewsSchema>
type About = { readonly projectId: string } & Readonly<Record<string, unknown>>

const idOf = (kind: ReviewKind, data: About): string =>
  String(kind === 'document' ? data.documentId : data.voiceSampleId)

/** What lies in the trash is nobody's work. */
export const closeReviews =
  (kind: ReviewKind) =>
  async (data: About, { tx, message }: Scope): Promise<void> => {
    const subjectId = idOf(kind, data)
    const subject = { tenantId: message.tenantId, projectId: data.projectId, kind, subjectId }
    const news = { deletedAt: message.time, sequence: message.sequence ?? 0 }
    if (await markSubject(tx, subject, news)) await closeItemsOfSubject(tx, subjectId, message.time)
  }

/** Taken back from the trash: what nobody had decided about its newest reading waits for somebody again. */
export const reopenReview =
  (kind: ReviewKind) =>
  async (data: About, { tx, emit, message }: Scope): Promise<void> => {
    const subjectId = idOf(kind, data)
    const subject = { tenantId: message.tenantId, projectId: data.projectId, kind, subjectId }
    const news = { deletedAt: null, sequence: message.sequence ?? 0 }
    if (!(await markSubject(tx, subject, news))) return
    const review = await reopenItemOfSubject(tx, subjectId, message.time)
    if (!review) return
    const { confidence, round, version } = review
    emit(reviewOpened, { ...factsOf(review), confidence, round }, { sequence: version })
  }
