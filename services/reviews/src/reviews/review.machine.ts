import type { Correction } from '@alta/contracts/resources/review'
import { conflict } from '@alta/kit/errors'
import type { StoredReading } from '../readings/stored-reading.ts'

/*
 * What may happen to an item, as data; the rules of each action are in review.actions.ts.
 *
 *   open ──claim──► claimed ──approve──► approved ─┐
 *    ▲ ▲              │ │ └────reject───► rejected ─┤
 *    │ └─release, expire, pass, sendBack ┘          │
 *    └──────────────────────undo────────────────────┘
 *
 * `pass` is the first of two approvals. A newer reading of the subject makes a live item `superseded`, which is final.
 * The end of its subject or project makes it `closed`, until the subject is restored.
 */
export const transitions = {
  open: { claim: 'claimed', undo: 'open', supersede: 'superseded', close: 'closed' },
  claimed: {
    claim: 'claimed',
    release: 'open',
    expire: 'open',
    pass: 'open',
    sendBack: 'open',
    approve: 'approved',
    reject: 'rejected',
    supersede: 'superseded',
    close: 'closed',
  },
  approved: { undo: 'open' },
  rejected: { undo: 'open' },
  superseded: {},
  closed: { reopen: 'open', supersede: 'superseded' },
} as const

export type Status = keyof typeof transitions
export const statuses: readonly Status[] = ['open', 'claimed', 'approved', 'rejected', 'superseded', 'closed']
export type Action =
  | 'claim'
  | 'release'
  | 'expire'
  | 'pass'
  | 'sendBack'
  | 'approve'
  | 'reject'
  | 'undo'
  | 'supersede'
  | 'close'
  | 'reopen'

/** The part of an item that actions change. */
export interface ReviewState {
  readonly status: Status
  /** Grows with every verdict that leaves the item to somebody else. */
  readonly round: number
  /** Grows with every change. */
  readonly version: number
  readonly claimedBy: string | null
  readonly claimExpiresAt: Date | null
  readonly current: StoredReading
}

export type VerdictKind = 'approved' | 'sent-back' | 'rejected'

/** One line of the item's history; none is ever changed. */
export interface Verdict {
  readonly id: string
  readonly round: number
  readonly verdict: VerdictKind | 'undone'
  readonly by: string
  readonly at: Date
  readonly reason: string | null
  readonly before: StoredReading
  readonly after: StoredReading
  readonly corrections: readonly Correction[]
  /** Of a second approval: whether it came to the same text as the first one, which nobody could have read. */
  readonly agreed: boolean | null
  /** Of a second approval: share of the words on which the two agree, 0 to 1. */
  readonly agreement: number | null
  /** The verdict that this one takes back. */
  readonly undoes: string | null
}

export type NewVerdict = Omit<Verdict, 'id'>

/** Who acts, on what, when. `verdicts` are all of the item's, oldest first. */
export interface Scene {
  readonly review: ReviewState
  readonly verdicts: readonly Verdict[]
  readonly actor: string
  readonly now: Date
}

export interface Decision {
  readonly review: ReviewState
  readonly verdict: NewVerdict
}

/** Statuses from which an action leads on: for statements that move many items at once. */
export const statusesBefore = (action: Action): Status[] =>
  statuses.filter((status) => action in transitions[status])

/** A claim that has run out holds nothing, even before the sweep has come by. */
export const hasLapsed = (review: Pick<ReviewState, 'status' | 'claimExpiresAt'>, now: Date): boolean =>
  review.status === 'claimed' && review.claimExpiresAt !== null && review.claimExpiresAt <= now

export const statusAt = (review: Pick<ReviewState, 'status' | 'claimExpiresAt'>, now: Date): Status =>
  hasLapsed(review, now) ? 'open' : review.status

/** Verdicts that count: those that nobody has taken back. */
export function standing(verdicts: readonly Verdict[]): Verdict[] {
  const undone = new Set(verdicts.map(({ undoes }) => undoes))
  return verdicts.filter(({ id, verdict }) => verdict !== 'undone' && !undone.has(id))
}

/** What has happened since the last time that the item was sent back: from there on both approvals begin anew. */
function sinceSentBack(verdicts: readonly Verdict[]): readonly Verdict[] {
  const sentBack = standing(verdicts).findLast(({ verdict }) => verdict === 'sent-back')
  return verdicts.slice(verdicts.findIndex(({ id }) => id === sentBack?.id) + 1)
}

/** Whether somebody has approved it before, and nobody has sent it back since. */
export const isSecondLook = (verdicts: readonly Verdict[]): boolean =>
  standing(sinceSentBack(verdicts)).length > 0

/**
 * Whether the second look is one that nobody had before: only then does it say something that both come to the same.
 * A verdict that is taken back has settled the item, or has laid it open, and everybody could read both texts meanwhile.
 */
export const isBlindLook = (verdicts: readonly Verdict[]): boolean =>
  isSecondLook(verdicts) && sinceSentBack(verdicts).every(({ verdict }) => verdict !== 'undone')

/** Where an action leads. @throws {Problem} 409 `review_done`, `review_superseded`, `review_closed` */
export function follow(from: Status, action: Action): Status {
  const reachable: Partial<Record<Action, Status>> = transitions[from]
  const to = reachable[action]
  if (to) return to
  if (from === 'superseded')
    throw conflict('review_superseded', 'A newer reading has taken the place of this one.')
  if (from === 'closed') throw conflict('review_closed', 'What this item was about has been deleted.')
  throw conflict('review_done', `This item is ${from}. Undo the verdict to change it.`)
}
