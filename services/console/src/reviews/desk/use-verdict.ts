import { useMutation } from '@tanstack/react-query'
import { useNavigate, useSearchParams } from 'react-router'
import { answer, api } from '../../api/api.ts'
import { queries } from '../../api/queries.ts'
import { keepDraft } from '../../session/drafts.ts'
import { useMe } from '../../session/session.ts'
import { useFailureText } from '../../ui/failure-text.ts'
import { toast } from '../../ui/toasts.tsx'
import { keepState } from '../queries.ts'
import type { ReviewState } from '../review.ts'
import { type Decided, reviewSession, type Verdict } from '../session-log.ts'
import { useReviewText } from '../text.ts'
import { correctionsOf, hasWork, packDraft } from './draft.ts'
import { findNext, verdictRoutes } from './next-item.ts'
import type { Claim } from './use-claim.ts'
import { type DraftControl, reviewDraftKey } from './use-draft.ts'

export interface Verdicts {
  approve(): void
  sendBack(reason: string): void
  reject(reason: string): void
  skip(): void
  readonly error: unknown
  readonly isPending: boolean
}

/** The ends of an item. After each the next one opens; what was typed goes only once the platform has it. */
export function useVerdict(state: ReviewState, title: string, draft: DraftControl, claim: Claim): Verdicts {
  const t = useReviewText()
  const goOn = useGoOn(state.id)
  const takeBack = useTakeBack()

  const decide = useMutation({
    mutationFn: async ({ verdict, reason }: { verdict: Verdict; reason: string }) => {
      const { id, version } = claim.isMine ? state : await claim.take()
      if (verdict === 'sent-back') return answer(verdictRoutes.sendBack(id, version, reason))
      if (verdict === 'rejected') return answer(verdictRoutes.reject(id, version, reason))
      const { text } = draft.current()
      const corrections = correctionsOf(draft.current())
      const body = text !== undefined ? { text } : corrections.length > 0 ? { corrections } : {}
      return answer(verdictRoutes.approve(id, version, body))
    },
    onSuccess: async (decided, { verdict }) => {
      const unsay = toast(t(`toast_${verdict}`, { title }), {
        label: t('undo'),
        run: () => takeBack.mutate(state.id),
      })
      reviewSession.note({
        id: state.id,
        title,
        verdict,
        version: decided.version,
        draft: draft.current(),
        unsay,
      })
      draft.drop()
      keepState(decided)
      await goOn()
    },
    // Somebody else was quicker, perhaps: both versions are shown then.
    onError: () => {
      void queries.invalidateQueries({ queryKey: ['reviews', state.id] })
      void queries.invalidateQueries({ queryKey: ['review-readings', state.id] })
    },
  })
  return {
    approve: () => decide.mutate({ verdict: 'approved', reason: '' }),
    sendBack: (reason) => decide.mutate({ verdict: 'sent-back', reason }),
    reject: (reason) => decide.mutate({ verdict: 'rejected', reason }),
    skip() {
      reviewSession.skip(state.id)
      if (claim.isMine && !hasWork(draft.current())) claim.release()
      void goOn()
    },
    error: decide.error,
    isPending: decide.isPending,
  }
}

/** Opens the next item, or the end of the queue. */
function useGoOn(id: string): () => Promise<void> {
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const projectId = search.get('project') ?? undefined
  return async () => {
    // A failure is told at the end of the queue, which asks again.
    const next = await findNext(projectId, id).catch(() => undefined)
    // Whoever has gone elsewhere meanwhile stays there.
    if (!window.location.pathname.endsWith(`/reviews/${id}`)) return
    const query = projectId ? `?project=${projectId}` : ''
    await navigate(next ? `/reviews/${next.id}${query}` : `/reviews/done${query}`)
  }
}

/** Takes a verdict back, the last one unless told which, and opens the item with the work that was in it. */
export function useTakeBack() {
  const t = useReviewText()
  const failureText = useFailureText()
  const me = useMe()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  return useMutation({
    mutationFn: async (wanted: string | undefined): Promise<Decided | undefined> => {
      const known = reviewSession.decided()
      const id = wanted ?? known.at(-1)?.id
      if (id === undefined) return undefined
      const state = await answer(api.POST('/api/v1/reviews/{id}/undo', { params: { path: { id } } }))
      queries.removeQueries({ queryKey: ['review-readings', id] })
      keepState(state)
      const taken = reviewSession.takeBack(id)
      if (taken && hasWork(taken.draft)) keepDraft(reviewDraftKey(me.id, id), packDraft(taken.draft))
      await navigate(`/reviews/${id}${search.size > 0 ? `?${search}` : ''}`, { state: state.version })
      return taken
    },
    onSuccess: (taken) => {
      taken?.unsay()
      if (taken) toast(t('takenBack', { title: taken.title }))
    },
    onError: (error) => toast(failureText(error)),
  })
}
