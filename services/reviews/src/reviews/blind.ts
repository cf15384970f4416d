import { standing, type Verdict } from './review.machine.ts'
import type { Review } from './review.repository.ts'

/**
 * The first of two approvals, while somebody else may still give the second: that one works on the text as the first
 * reviewer got it and sees nothing of what was made of it, so that their agreement says something.
 * Undefined for the first reviewer, and as soon as the item is settled.
 */
export function approvalHiddenFrom<Known extends Verdict>(
  viewer: string,
  { status }: Pick<Review, 'status'>,
  verdicts: readonly Known[],
): Known | undefined {
  if (status !== 'open' && status !== 'claimed') return undefined
  const last = standing(verdicts).at(-1)
  // `standing` hands out what it was given.
  return last?.verdict === 'approved' && last.by !== viewer ? (last as Known) : undefined
}

/** What may be told beside a hidden approval: what led to it, up to the last time that it was sent back. */
export function beforeHidden<Known extends Verdict>(verdicts: readonly Known[]): readonly Known[] {
  const sentBack = standing(verdicts).findLast(({ verdict }) => verdict === 'sent-back')
  return verdicts.slice(0, verdicts.findIndex(({ id }) => id === sentBack?.id) + 1)
}
