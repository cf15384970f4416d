import type { Correction } from '@alta/contracts/resources/review'
import { conflict, forbidden, type Problem } from '@alta/kit/errors'
import type { StoredReading } from '../readings/stored-reading.ts'
import {
  type Action,
  type Decision,
  follow,
  hasLapsed,
  isBlindLook,
  isSecondLook,
  type NewVerdict,
  type ReviewState,
  type Scene,
  standing,
  statusAt,
  type Verdict,
  type VerdictKind,
} from './review.machine.ts'

// What each action asks for and what it leads to, without a database: the same scene gives the same outcome.

/**
 * Takes the item, or extends the actor's own claim.
 * @throws {Problem} 409 `review_already_claimed`, `own_correction`, `review_done`, `review_superseded`, `review_closed`
 */
export function claim({ review, verdicts, actor, now }: Scene, seconds: number): ReviewState {
  const status = statusAt(review, now)
  if (status === 'claimed' && review.claimedBy !== actor) throw alreadyClaimed(review)
  const next = follow(status, 'claim')
  refuseOwnCorrection(verdicts, actor)
  return {
    ...review,
    status: next,
    claimedBy: actor,
    claimExpiresAt: new Date(now.getTime() + seconds * 1000),
    version: review.version + 1,
  }
}

/**
 * Gives one's own claim back; an owner of the project ends anybody's.
 * @throws {Problem} 409 as `requireClaim`
 */
export function release(scene: Scene, rules: { isOwner: boolean }): ReviewState {
  const isHeld = statusAt(scene.review, scene.now) === 'claimed'
  if (!(isHeld && rules.isOwner)) requireClaim(scene)
  return unclaimed(scene.review, 'release')
}

/** More than anybody works on at a time: what is claimed is kept from everybody else. */
const MOST_CLAIMS = 20

/**
 * @param others how many other items the person has claimed
 * @throws {Problem} 409 `too_many_claims`
 */
export function refuseTooManyClaims(others: number): void {
  if (others < MOST_CLAIMS) return
  throw conflict('too_many_claims', `You have claimed ${others} items. Decide on some, or release them.`, {
    extensions: { claims: others, most: MOST_CLAIMS },
  })
}

/**
 * Settles the text, or passes it on to a second reviewer when the project asks for one.
 * @throws {Problem} 409 as `requireClaim`
 */
export function approve(
  scene: Scene,
  change: {
    after: StoredReading
    corrections: readonly Correction[]
    /** The two that follow are kept with a second approval that was blind. */
    agreed: boolean | null
    agreement: number | null
    secondReviewer: boolean
  },
): Decision {
  const { review, verdicts } = scene
  requireClaim(scene)
  const next = unclaimed(review, change.secondReviewer && !isSecondLook(verdicts) ? 'pass' : 'approve')
  const isBlind = isBlindLook(verdicts)
  return {
    review: {
      ...next,
      round: next.status === 'open' ? review.round + 1 : review.round,
      current: change.after,
    },
    verdict: {
      ...verdictIn(scene, 'approved', null),
      after: change.after,
      corrections: change.corrections,
      agreed: isBlind ? change.agreed : null,
      agreement: isBlind ? change.agreement : null,
    },
  }
}

/** More than any item gets: each is kept with its texts, and whoever reads the item is told of all. */
const MOST_VERDICTS = 50

/** Of what leads to further verdicts; the last one can always be given. @throws {Problem} 409 `too_many_verdicts` */
function refuseTooManyVerdicts({ verdicts }: Scene): void {
  if (verdicts.length < MOST_VERDICTS) return
  throw conflict('too_many_verdicts', `This item has ${verdicts.length} verdicts. Let the last one stand.`, {
    extensions: { most: MOST_VERDICTS },
  })
}

/** Back to the queue for somebody else. @throws {Problem} 409 as `requireClaim`, `too_many_verdicts` */
export function sendBack(scene: Scene, reason: string): Decision {
  requireClaim(scene)
  refuseTooManyVerdicts(scene)
  const review = { ...unclaimed(scene.review, 'sendBack'), round: scene.review.round + 1 }
  return { review, verdict: verdictIn(scene, 'sent-back', reason) }
}

/** @throws {Problem} 409 as `requireClaim` */
export function reject(scene: Scene, reason: string): Decision {
  requireClaim(scene)
  return { review: unclaimed(scene.review, 'reject'), verdict: verdictIn(scene, 'rejected', reason) }
}

/**
 * Takes the last verdict that counts back: round and text are again as they were before it.
 * @throws {Problem} 409 `nothing_to_undo`, `undo_expired`, `review_already_claimed`, `review_superseded`,
 *   `review_closed`, `too_many_verdicts`; 403 `not_your_verdict`
 */
export function undo(
  scene: Scene,
  rules: { seconds: number; isOwner: boolean },
): Decision & { readonly undone: VerdictKind } {
  const { review, verdicts, actor, now } = scene
  const status = statusAt(review, now)
  if (status === 'claimed') throw alreadyClaimed(review)
  const next = follow(status, 'undo')
  const last = standing(verdicts).at(-1)
  if (!last || last.verdict === 'undone') {
    throw conflict('nothing_to_undo', 'Nobody has decided on this item yet.')
  }
  if (last.by !== actor && !rules.isOwner) {
    throw forbidden(
      'not_your_verdict',
      'Only who gave the last verdict or an owner of the project takes it back.',
    )
  }
  if (now.getTime() - last.at.getTime() > rules.seconds * 1000) {
    throw conflict('undo_expired', `A verdict can be taken back for ${rules.seconds} seconds.`)
  }
  refuseTooManyVerdicts(scene)
  return {
    undone: last.verdict,
    review: {
      ...review,
      status: next,
      round: last.round,
      current: last.before,
      claimedBy: null,
      claimExpiresAt: null,
      version: review.version + 1,
    },
    verdict: { ...verdictIn(scene, 'undone', null), round: last.round, after: last.before, undoes: last.id },
  }
}

/**
 * Deciding needs one's own claim, and it must not have run out.
 * @throws {Problem} 409 `review_not_claimed`, `claim_expired`, `review_already_claimed`, `own_correction`,
 *   or what became of an item that is no longer live
 */
export function requireClaim({ review, verdicts, actor, now }: Scene): void {
  const status = statusAt(review, now)
  if (status !== 'open') follow(status, 'release')
  if (review.claimedBy === actor && hasLapsed(review, now)) {
    throw conflict('claim_expired', 'Your claim has run out. Claim the item again.')
  }
  if (status === 'open') {
    throw conflict('review_not_claimed', 'Claim the item first.')
  }
  if (review.claimedBy !== actor) throw alreadyClaimed(review)
  refuseOwnCorrection(verdicts, actor)
}

/** Whoever gave the last verdict that counts leaves the next one to somebody else. */
function refuseOwnCorrection(verdicts: readonly Verdict[], actor: string): void {
  if (standing(verdicts).at(-1)?.by === actor) {
    throw conflict('own_correction', 'You gave the last verdict on this item; somebody else has to look now.')
  }
}

const unclaimed = (review: ReviewState, action: Action): ReviewState => ({
  ...review,
  status: follow('claimed', action),
  claimedBy: null,
  claimExpiresAt: null,
  version: review.version + 1,
})

const alreadyClaimed = (review: ReviewState): Problem =>
  conflict('review_already_claimed', 'Somebody else works on this item.', {
    extensions: { claimedBy: review.claimedBy, claimExpiresAt: review.claimExpiresAt?.toISOString() },
  })

const verdictIn = (
  { review, actor, now }: Scene,
  verdict: Verdict['verdict'],
  reason: string | null,
): NewVerdict => ({
  round: review.round,
  verdict,
  by: actor,
  at: now,
  reason,
  before: review.current,
  after: review.current,
  corrections: [],
  agreed: null,
  agreement: null,
  undoes: null,
})
