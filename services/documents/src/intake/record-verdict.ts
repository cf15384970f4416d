import type { reviewApproved } from '@alta/contracts/events/review-approved.v1'
import type { reviewRejected } from '@alta/contracts/events/review-rejected.v1'
import type { ReviewKind } from '@alta/contracts/resources/review'
import type { HandlerScope, WorkDefinition } from '@alta/kit/events/handlers'
import type { FileStorage } from '@alta/kit/storage/storage'
import type { z } from 'zod'
import type { Schema } from '../database/schema.ts'
import { causeOf } from './failure.ts'
import { type Fetched, fetchReading } from './fetch-reading.ts'
import { type Action, addHistory } from './history.repository.ts'
import { subjectOf } from './item.access.ts'
import { type ItemRow, lockItemOfRecognition } from './item.repository.ts'
import type { Kind } from './kind.ts'
import { saveFailure, saveVerdict } from './recognition.repository.ts'
import { originOf } from './record-reading.ts'
import { type Settled, settle } from './settle.ts'
import type { Verdict } from './status.ts'
import { tellUploader } from './tell-uploader.ts'

export type Kinds = Readonly<Record<ReviewKind, Kind>>

type Scope = HandlerScope<Schema>

interface Outcome {
  readonly verdict: Verdict
  readonly action: Action
  readonly by: string | null
  readonly approvedResult?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** Sent to a person, sent back to the queue, or a verdict taken back: in each case somebody has to look. */
export const recordInReview =
  (kinds: Kinds, action: 'sent_to_review' | 'sent_back' | 'verdict_undone') =>
  async (
    data: { kind: ReviewKind; recognitionId: string; by?: string; reason?: string; verdict?: string },
    scope: Scope,
  ): Promise<void> => {
    const kind = kinds[data.kind]
    const item = await lockItemOfRecognition(scope.tx, kind.table, data.recognitionId)
    if (!item) return
    const { by = null, reason, verdict } = data
    const details = {
      ...(reason === undefined ? {} : { reason }),
      ...(verdict === undefined ? {} : { verdict }),
    }
    await apply(kind, item, { verdict: 'in_review', action, by, details }, scope)
  }

export const recordRejected =
  (kinds: Kinds) =>
  async (data: z.output<typeof reviewRejected.schema>, scope: Scope): Promise<void> => {
    const kind = kinds[data.kind]
    const before = await lockItemOfRecognition(scope.tx, kind.table, data.recognitionId)
    if (!before) return
    const { by, reason } = data
    const outcome = { verdict: 'rejected', action: 'rejected', by, details: { reason } } as const
    const { item, changed } = await apply(kind, before, outcome, scope)
    if (!changed) return
    kind.announce.rejected(scope.emit, subjectOf(item), { by, reason })
    await tellUploader(scope, kind, item, 'item-rejected', { reason })
  }

/** The approved text becomes the item's text; the machine's is kept beside it. */
export function recordApproved(
  kinds: Kinds,
  files: FileStorage,
): WorkDefinition<z.output<typeof reviewApproved.schema>, Fetched, Schema> {
  return {
    timeLimit: 60_000,
    run: (data) => fetchReading(files, kinds[data.kind], data.result),
    async commit(fetched, { data, ...scope }) {
      const kind = kinds[data.kind]
      const before = await lockItemOfRecognition(scope.tx, kind.table, data.recognitionId)
      if (!before) return fetched.leave(scope.tx)
      await fetched.keep(scope.tx, before)
      const { by, corrections, result } = data
      const details = { corrections, automatic: data.reviewId === null }
      const outcome = {
        verdict: 'approved',
        action: 'approved',
        by,
        approvedResult: result.sha256,
        details,
      } as const
      const { item, changed } = await apply(kind, before, outcome, scope)
      if (!changed) return
      kind.announce.approved(scope.emit, subjectOf(item), { by })
      await tellUploader(scope, kind, item, 'item-approved')
    },
    exhausted: ({ errorClass }, { data, ...scope }) => {
      const detail = `The approved text could not be taken over (${errorClass}).`
      return recordReviewFailed(kinds)({ ...data, code: 'unreadable_result', detail }, scope)
    },
  }
}

/** The way through review is blocked: the item is failed until somebody has it read again, or review goes on. */
export const recordReviewFailed =
  (kinds: Kinds) =>
  async (
    data: { kind: ReviewKind; recognitionId: string; code: string; detail: string },
    scope: Scope,
  ): Promise<void> => {
    const kind = kinds[data.kind]
    const before = await lockItemOfRecognition(scope.tx, kind.table, data.recognitionId)
    if (!before) return
    const { code, detail } = data
    await saveFailure(scope.tx, data.recognitionId, { code, detail, cause: causeOf(code, true) })
    const outcome = {
      verdict: 'failed',
      action: 'review_failed',
      by: null,
      details: { code, detail },
    } as const
    const { item, changed } = await apply(kind, before, outcome, scope)
    if (changed) await tellUploader(scope, kind, item, 'item-failed', { code, detail })
  }

/** Writes down what was decided, and lets it count unless a later decision about the item is known already. */
async function apply(kind: Kind, item: ItemRow, outcome: Outcome, { tx, message }: Scope): Promise<Settled> {
  const { verdict, action, by, details = {}, approvedResult = null } = outcome
  // Events of a review carry its version; one without a version counts by the time when it happened.
  const order = message.sequence ?? message.time.getTime()
  await addHistory(tx, item, { action, by, details, ...originOf(message) })
  const run = await saveVerdict(tx, item.recognition_id, { verdict, order, by, approvedResult })
  return run ? settle(tx, kind, item, run) : { item, changed: false }
}
