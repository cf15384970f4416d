import { useQuery } from '@tanstack/react-query'
import { useLocation, useParams, useSearchParams } from 'react-router'
import { ProblemNotice, Skeleton } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { usePrefetch } from './desk/use-prefetch.ts'
import { DocumentDesk } from './page/document-desk.tsx'
import { readingQuery, stateQuery } from './queries.ts'
import { VoiceDesk } from './recording/voice-desk.tsx'
import type { ReviewState } from './review.ts'
import { useReviewText } from './text.ts'

export function Component() {
  const { id = '' } = useParams()
  const t = useReviewText()
  const [search] = useSearchParams()
  /** Version that a verdict was taken back to, where that led here: the desk begins anew, with the work that was in it. */
  const takenBack: unknown = useLocation().state
  const state = useQuery(stateQuery(id))
  usePrefetch(id, search.get('project') ?? undefined)
  if (state.data) return <Item key={`${id} ${takenBack}`} state={state.data} />
  return (
    <Page title={t('review')}>
      {state.error ? (
        <ProblemNotice error={state.error} onRetry={() => void state.refetch()} />
      ) : (
        <Skeleton lines={12} />
      )}
    </Page>
  )
}

function Item({ state }: { state: ReviewState }) {
  const t = useReviewText()
  const reading = useQuery({ ...readingQuery(state), placeholderData: (previous) => previous })
  const review = reading.data
  if (review?.kind === 'document') return <DocumentDesk state={state} review={review} />
  if (review?.kind === 'voice') return <VoiceDesk state={state} review={review} />
  return (
    <Page title={t('review')}>
      {reading.error ? (
        <ProblemNotice error={reading.error} onRetry={() => void reading.refetch()} />
      ) : (
        <Skeleton lines={12} />
      )}
    </Page>
  )
}
