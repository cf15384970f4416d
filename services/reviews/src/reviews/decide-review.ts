import { reviewApproved } from '@alta/contracts/events/review-approved.v1'
import { reviewOpened } from '@alta/contracts/events/review-opened.v1'
import { reviewPassed } from '@alta/contracts/events/review-passed.v1'
import { reviewRejected } from '@alta/contracts/events/review-rejected.v1'
import { reviewSentBack } from '@alta/contracts/events/review-sent-back.v1'
import type { Correction } from '@alta/contracts/resources/review'
import { conflict } from '@alta/kit/errors'
import { requireMatch } from '@alta/kit/http/etag'
import { agreementOf } from '../readings/agreement.ts'
import { comparingTime } from '../readings/comparing-time.ts'
import { correctWords } from '../readings/correct.ts'
import { fileIsNamed } from '../readings/file.repository.ts'
import { type Reading, textOf, wordsOf } from '../readings/reading.ts'
import { rewrite } from '../readings/rewrite.ts'
import { loadReading, type StoredReading, saveReading } from '../readings/stored-reading.ts'
import { approvalHiddenFrom } from './blind.ts'
import { demandReviewer, openReview } from './review.access.ts'
import { approve, reject, requireClaim, sendBack } from './review.actions.ts'
import { carryingOn, factsOf, resultFile } from './review.events.ts'
import { isBlindLook, type NewVerdict } from './review.machine.ts'
import { noteVerdict } from './review.metrics.ts'
import { findReview, type Review } from './review.repository.ts'
import { act, type Request, type ReviewServiceOptions } from './review.service.ts'
import { findVerdicts, insertVerdict } from './verdict.repository.ts'

/** Neither: the text is right as it is. */
export interface Change {
  /** The whole text anew. */
  readonly text?: string | undefined
  readonly corrections?: readonly Correction[] | undefined
}

/** The verdicts. Each needs the caller's own live claim, and each keeps the text before and after it. */
export function decisions(options: ReviewServiceOptions) {
  const { files } = options
  const alone = oneAtATime()
  const compareFor = comparingTime()

  /**
   * The item, and its text as this reviewer is shown it. Checks already what the transaction will check again,
   * so that nobody without a claim makes us write files.
   */
  async function readClaimed({ caller, id, ifMatch }: Request): Promise<{
    seen: Review
    shown: StoredReading
    blind: boolean
  }> {
    return options.database.read(caller.tenantId, async (tx) => {
      const { review, role } = await openReview(tx, caller, id, findReview)
      demandReviewer(role)
      requireMatch(ifMatch, review.version)
      const verdicts = await findVerdicts(tx, id)
      requireClaim({ review, verdicts, actor: caller.userId, now: options.clock() })
      const shown = approvalHiddenFrom(caller.userId, review, verdicts)?.before ?? review.current
      return { seen: review, shown, blind: isBlindLook(verdicts) }
    })
  }

  const read = ({ kind }: Review, { sha256 }: StoredReading): Promise<Reading> =>
    loadReading(files, kind, sha256)

  /** Both leave the text as it is and say why. */
  const turnAway =
    (judge: typeof sendBack, contract: typeof reviewSentBack, told: 'sent_back' | 'rejected') =>
    async (request: Request, reason: string): Promise<Review> => {
      const { seen } = await readClaimed(request)
      const text = textOf(await read(seen, seen.current))
      const decided = await act(options, request, async (stage) => {
        const { tx, emit, review, actor } = stage
        demandSameText(review, seen)
        const { review: next, verdict } = judge(stage, reason)
        await insertVerdict(tx, review, next.version, verdict, { before: text, after: text })
        emit(contract, { ...factsOf(review), by: actor, reason }, carryingOn(review, next.version))
        return next
      })
      noteVerdict(decided, told)
      return decided
    }

  /**
   * Writes the corrected text to storage and then settles the item with it, or hands it to a second
   * reviewer, who sees nothing of the first one's. The second approval is final: in how far the two came to
   * the same text is kept with it, where it was blind. One who would rather have the first look again sends
   * the item back.
   */
  async function approveText(request: Request, change: Change): Promise<Review> {
    const { seen, shown, blind } = await readClaimed(request)
    const reading = await read(seen, shown)
    const before = shown === seen.current ? textOf(reading) : textOf(await read(seen, seen.current))
    const compare = <Result>(work: () => Result): Result => compareFor(request.caller.userId, work)
    const { reading: corrected, corrections } = changed(reading, change, compare)
    const after = textOf(corrected)
    const untouched = corrections.length === 0 && after === textOf(reading)
    const effort = { corrections: corrections.length, words: wordsOf(reading).length }
    const stored = untouched ? shown : await saveReading(options, corrected)

    const agreed = blind ? after === before : null
    const agreement = blind ? compare(() => agreementOf(before, after)) : null
    const settled = await act(options, request, async (stage) => {
      const { tx, emit, review, policy, actor } = stage
      demandSameText(review, seen)
      const { secondReviewer } = policy
      const decided = approve(stage, { after: stored, corrections, agreed, agreement, secondReviewer })
      const { version, round, status } = decided.review
      await insertVerdict(tx, review, version, decided.verdict, { before, after })
      await fileIsNamed(tx, stored.sha256)
      if (status === 'open') {
        emit(reviewPassed, { ...factsOf(review), by: actor, ...effort }, carryingOn(review, version))
        const data = { ...factsOf(review), confidence: review.confidence, round }
        emit(reviewOpened, data, carryingOn(review, version))
      } else {
        const result = resultFile(stored)
        const data = { ...factsOf(review), by: actor, result, ...effort, ...comparedIn(decided.verdict) }
        emit(reviewApproved, data, carryingOn(review, version))
      }
      return decided.review
    })
    noteVerdict(settled, 'approved')
    return settled
  }

  return {
    /** One at a time for an item: to compare texts takes long, and of many who ask at once one can win. */
    async approve(request: Request, change: Change): Promise<Review> {
      // Before the turn: who has no claim must not keep anybody who has one from deciding.
      await readClaimed(request)
      return alone(request.id, () => approveText(request, change))
    },

    sendBack: turnAway(sendBack, reviewSentBack, 'sent_back'),
    reject: turnAway(reject, reviewRejected, 'rejected'),
  }
}

export type Decisions = ReturnType<typeof decisions>

function changed(
  reading: Reading,
  { text, corrections = [] }: Change,
  compare: <Result>(work: () => Result) => Result,
) {
  if (text !== undefined && text !== textOf(reading)) return compare(() => rewrite(reading, text))
  const real = corrections.filter(({ before, after }) => before !== after)
  return { reading: correctWords(reading, corrections), corrections: real }
}

const comparedIn = ({ agreed, agreement }: NewVerdict) =>
  agreed === null || agreement === null ? {} : { agreed, agreement }

/** The text was read before the item was locked: a verdict must be about what the reviewer saw. */
function demandSameText(locked: Review, seen: Review): void {
  if (locked.current.sha256 !== seen.current.sha256) {
    throw conflict('review_changed', 'The text has changed in the meantime. Read the item again.')
  }
}

/**
 * Of what is asked for one item at the same time, the first is done and the others are refused. They do not wait, because
 * each would keep its text in memory meanwhile. In this process alone: between processes the lock on the item decides,
 * and at most as many do the work in vain.
 * @throws {Problem} 409 `review_being_decided`
 */
function oneAtATime() {
  const busy = new Set<string>()
  return async <Result>(id: string, work: () => Promise<Result>): Promise<Result> => {
    if (busy.has(id)) {
      throw conflict('review_being_decided', 'Another request decides on this item at this moment.', {
        headers: { 'retry-after': '1' },
      })
    }
    busy.add(id)
    try {
      return await work()
    } finally {
      busy.delete(id)
    }
  }
}
