import { type RefObject, useMemo, useRef, useState } from 'react'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { isLive, type Review, type ReviewState } from '../review.ts'
import { reviewSession } from '../session-log.ts'
import { useReviewText } from '../text.ts'
import { useTitle } from '../use-subject.ts'
import { progressOf } from './doubts.ts'
import { clashesOf, hasWork } from './draft.ts'
import { type Claim, useClaim } from './use-claim.ts'
import { type DraftControl, useDraft } from './use-draft.ts'
import { type SelectionControl, useSelection } from './use-selection.ts'
import { useTakeBack, useVerdict, type Verdicts } from './use-verdict.ts'

export type Asking = 'sent-back' | 'rejected'

export interface Desk {
  readonly state: ReviewState
  readonly review: Review
  readonly title: string
  readonly draft: DraftControl
  readonly claim: Claim
  readonly verdicts: Verdicts
  readonly selection: SelectionControl
  readonly doubtful: ReadonlySet<number>
  readonly progress: { readonly seen: number; readonly all: number }
  readonly clashes: ReturnType<typeof clashesOf>
  /** Nothing can be changed: it is somebody else's, over, or a verdict on it is under way. */
  readonly readOnly: boolean
  readonly mayDecide: boolean
  readonly pane: RefObject<HTMLDivElement | null>
  /** The verdict whose reason is being asked for. */
  readonly asking: Asking | undefined
  ask(verdict: Asking | undefined): void
}

/** Everything that documents and recordings have in common: words, draft, claim, verdicts, and their keys. */
export function useDesk(state: ReviewState, review: Review): Desk {
  const t = useReviewText()
  const title = useTitle(state) ?? t('review')
  const pane = useRef<HTMLDivElement>(null)
  const draft = useDraft(state.id)
  const { edits, text } = draft.draft
  const claim = useClaim(state, text ?? (hasWork(draft.draft) ? edits : undefined))
  const verdicts = useVerdict(state, title, draft, claim)
  const takeBack = useTakeBack()
  const [asking, ask] = useState<Asking>()
  const order = review.uncertainWords
  const doubtful = useMemo(() => new Set(order), [order])
  const selection = useSelection(review.words, order, draft, pane)
  const clashes = useMemo(() => clashesOf(draft.draft, review.words), [draft.draft, review.words])
  // What is typed while a verdict is under way is not in it, and would go with the draft.
  const readOnly = !isLive(state) || claim.isTaken || verdicts.isPending
  // Of a round that has begun since, the words on the screen are not the ones that would be decided on.
  const isCurrent = review.round >= state.round
  const mayDecide = !readOnly && isCurrent && clashes.length === 0

  useShortcut('n', t('nextDoubt'), () => selection.go(1), { repeats: true })
  useShortcut('p', t('previousDoubt'), () => selection.go(-1), { repeats: true })
  const { selected } = selection
  useShortcut(
    'e',
    t('editWord'),
    readOnly || selected === undefined ? undefined : () => selection.edit(selected),
  )
  useShortcut('Ctrl+z', t('undoEdit'), readOnly ? undefined : draft.undo, { repeats: true })
  useShortcut('a', t('approve'), mayDecide ? verdicts.approve : undefined)
  useShortcut('Ctrl+Enter', t('approve'), mayDecide ? verdicts.approve : undefined)
  useShortcut('b', t('sendBack'), mayDecide ? () => ask('sent-back') : undefined)
  useShortcut('x', t('reject'), mayDecide ? () => ask('rejected') : undefined)
  useShortcut('s', t('skipItem'), verdicts.isPending ? undefined : verdicts.skip)
  useShortcut(
    'c',
    t('claim'),
    readOnly || claim.isMine ? undefined : () => void claim.take().catch(() => undefined),
  )
  useShortcut('r', t('release'), claim.isMine ? claim.release : undefined)
  const canTakeBack = !isLive(state) || reviewSession.decided().length > 0
  useShortcut(
    'u',
    t('takeBack'),
    canTakeBack ? () => takeBack.mutate(isLive(state) ? undefined : state.id) : undefined,
  )
  return {
    state,
    review,
    title,
    draft,
    claim,
    verdicts,
    selection,
    doubtful,
    progress: progressOf(order, draft.draft.seen),
    clashes,
    readOnly,
    mayDecide,
    pane,
    asking,
    ask,
  }
}
