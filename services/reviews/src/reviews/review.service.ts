import { reviewClaimed } from '@alta/contracts/events/review-claimed.v1'
import { reviewReleased } from '@alta/contracts/events/review-released.v1'
import { reviewUndone } from '@alta/contracts/events/review-undone.v1'
import type { ReviewPolicy } from '@alta/contracts/resources/project'
import type { Database, TransactionScope } from '@alta/kit/database/database'
import { conflict } from '@alta/kit/errors'
import { requireMatch } from '@alta/kit/http/etag'
import type { FileStorage } from '@alta/kit/storage/storage'
import type { Kysely } from 'kysely'
import type { ReviewsSchema } from '../database/schema.ts'
import type { Reading } from '../readings/reading.ts'
import { loadReading } from '../readings/stored-reading.ts'
import { approvalHiddenFrom, beforeHidden } from './blind.ts'
import { type Access, type Caller, demandReviewer, openReview, seesAllProjects } from './review.access.ts'
import { claim, refuseTooManyClaims, release, undo } from './review.actions.ts'
import { carryingOn, factsOf } from './review.events.ts'
import { hasLapsed, type ReviewState, type Scene } from './review.machine.ts'
import {
  countOtherClaims,
  findQueue,
  findReview,
  lockReview,
  type QueuePosition,
  type QueueStatus,
  type Review,
  saveState,
} from './review.repository.ts'
import { fateOf, lockSubject } from './subject.repository.ts'
import {
  findRecordedVerdicts,
  findVerdicts,
  insertVerdict,
  type RecordedVerdict,
} from './verdict.repository.ts'

export interface ReviewServiceOptions {
  readonly database: Database<ReviewsSchema>
  readonly files: FileStorage
  readonly claimSeconds: number
  readonly undoSeconds: number
  readonly clock: () => Date
}

/** Which item, by whom, and the `If-Match` that came with it. */
export interface Request {
  readonly caller: Caller
  readonly id: string
  readonly ifMatch: string | undefined
}

export interface ReviewDetail {
  readonly review: Review
  readonly reading: Reading
  readonly verdicts: readonly RecordedVerdict[]
  readonly policy: ReviewPolicy
  /** A first approval is kept from the caller, text and all. */
  readonly blind: boolean
}

/** What a step of an action sees: the item locked, the person allowed. */
export type Stage = TransactionScope<ReviewsSchema> & Access & Scene & { readonly review: Review }
export type Step = (stage: Stage) => ReviewState | Promise<ReviewState>
type Find = (tx: Kysely<ReviewsSchema>, id: string) => Promise<Review | undefined>

/**
 * Locks the item, checks the person and `If-Match`, lets `step` change it, and keeps the change.
 * @throws {Problem} 404, 403, 412, and what the step throws
 */
export async function act(
  { database, clock }: ReviewServiceOptions,
  { caller, id, ifMatch }: Request,
  step: Step,
  find: Find = lockReview,
): Promise<Review> {
  return database.transaction(caller.tenantId, async ({ tx, emit }) => {
    const access = await openReview(tx, caller, id, find)
    demandReviewer(access.role)
    requireMatch(ifMatch, access.review.version)
    const verdicts = await findVerdicts(tx, id)
    const now = clock()
    const state = await step({ tx, emit, ...access, verdicts, actor: caller.userId, now })
    await saveState(tx, id, state, now)
    return { ...access.review, ...state, updatedAt: now }
  })
}

export function reviewService(options: ReviewServiceOptions) {
  const { database, files, claimSeconds, undoSeconds, clock } = options
  return {
    list(
      caller: Caller,
      wanted: {
        status: QueueStatus
        projectId?: string | undefined
        forMe: boolean
        after?: QueuePosition | undefined
        limit: number
      },
    ): Promise<Review[]> {
      const userId = seesAllProjects(caller) ? null : caller.userId
      const { status, projectId, forMe, after, limit } = wanted
      const { tenantId } = caller
      return database.read(tenantId, (tx) =>
        findQueue(tx, {
          tenantId,
          userId,
          status,
          projectId,
          notLastBy: forMe ? caller.userId : undefined,
          after,
          limit,
          now: clock(),
        }),
      )
    },

    async get(caller: Caller, id: string): Promise<ReviewDetail> {
      const found = await database.read(caller.tenantId, async (tx) => {
        const { review, policy } = await openReview(tx, caller, id, findReview)
        return { review, policy, verdicts: await findRecordedVerdicts(tx, id) }
      })
      const { review, verdicts } = found
      const hidden = approvalHiddenFrom(caller.userId, review, verdicts)
      const { sha256 } = hidden?.before ?? review.current
      return {
        ...found,
        verdicts: hidden ? beforeHidden(verdicts) : verdicts,
        blind: hidden !== undefined,
        reading: await loadReading(files, review.kind, sha256),
      }
    },

    /** Who has the item and how it stands, without reading its text. */
    async state(caller: Caller, id: string): Promise<Review> {
      const { review } = await database.read(caller.tenantId, (tx) => openReview(tx, caller, id, findReview))
      return review
    },

    claim: (request: Request): Promise<Review> =>
      act(options, request, async (stage) => {
        const { tx, review, emit, actor, now } = stage
        const next = claim(stage, claimSeconds)
        refuseTooManyClaims(await countOtherClaims(tx, actor, review.id, now))
        // The sweep has not come by yet: first the old claim ends, then the new one begins.
        if (hasLapsed(review, now)) {
          emit(reviewReleased, { ...factsOf(review), by: null }, { sequence: review.version })
        }
        const expiresAt = next.claimExpiresAt?.toISOString() ?? now.toISOString()
        emit(reviewClaimed, { ...factsOf(review), by: actor, expiresAt }, { sequence: next.version })
        return next
      }),

    release: (request: Request): Promise<Review> =>
      act(options, request, (stage) => {
        const next = release(stage, { isOwner: stage.role === 'owner' })
        const data = { ...factsOf(stage.review), by: stage.actor }
        stage.emit(reviewReleased, data, { sequence: next.version })
        return next
      }),

    undo: (request: Request): Promise<Review> =>
      act(
        options,
        request,
        async (stage) => {
          const { tx, emit, review, actor, role } = stage
          const {
            review: next,
            verdict,
            undone,
          } = undo(stage, { seconds: undoSeconds, isOwner: role === 'owner' })
          await demandCurrent(tx, review)
          const recorded = await findRecordedVerdicts(tx, review.id)
          const taken = recorded.find(({ id }) => id === verdict.undoes)
          const texts = { before: taken?.afterText ?? '', after: taken?.beforeText ?? '' }
          await insertVerdict(tx, review, next.version, verdict, texts)
          emit(
            reviewUndone,
            { ...factsOf(review), by: actor, verdict: undone, undoes: taken?.itemVersion },
            carryingOn(review, next.version),
          )
          return next
        },
        lockWithSubject,
      ),
  }
}

export type ReviewService = ReturnType<typeof reviewService>

const lockWithSubject: Find = async (tx, id) => {
  const seen = await findReview(tx, id)
  if (seen) await lockSubject(tx, seen.subjectId)
  return lockReview(tx, id)
}

async function demandCurrent(tx: Kysely<ReviewsSchema>, review: Review): Promise<void> {
  const fate = await fateOf(tx, review)
  if (fate === 'superseded') {
    throw conflict('review_superseded', 'A newer reading has taken the place of this one.')
  }
  if (fate === 'closed') throw conflict('review_closed', 'What this item was about has been deleted.')
}
