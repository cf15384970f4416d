import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { answer, api } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import type { ReviewState } from './review.ts'

export type QueueStatus = 'open' | 'claimed' | 'done'

/** What the queue is narrowed to. */
export interface QueueFilter {
  readonly status: QueueStatus
  readonly projectId?: string | undefined
}

/** Least sure first, page by page. */
export const queueQuery = ({ status, projectId }: QueueFilter) =>
  infiniteQueryOptions({
    queryKey: ['reviews', 'queue', status, projectId ?? 'all'],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET('/api/v1/reviews', {
          params: {
            query: {
              status,
              limit: 50,
              ...(projectId ? { projectId } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })

export const findUpcoming = (projectId: string | undefined, cursor?: string) =>
  answer(
    api.GET('/api/v1/reviews', {
      params: {
        query: {
          status: 'open',
          limit: 20,
          forMe: 'true',
          ...(projectId ? { projectId } : {}),
          ...(cursor ? { cursor } : {}),
        },
      },
    }),
  )

/** The first few that the caller may decide on: what the desk opens next. */
export const upcomingQuery = (projectId: string | undefined) =>
  queryOptions({
    queryKey: ['reviews', 'upcoming', projectId ?? 'all'],
    queryFn: () => findUpcoming(projectId),
  })

/** How an item stands and who works on it: small, asked for again with each change that is told. */
export const stateQuery = (id: string) =>
  queryOptions({
    queryKey: ['reviews', id, 'state'],
    queryFn: () => answer(api.GET('/api/v1/reviews/{id}/claim', { params: { path: { id } } })),
  })

/**
 * Text, words and history. Claims change nothing of it, so it is told apart by what does, and not asked for again
 * when somebody claims: of a long document it is megabytes.
 */
export const readingQuery = ({ id, round, status }: Pick<ReviewState, 'id' | 'round' | 'status'>) =>
  queryOptions({
    queryKey: ['review-readings', id, round, status === 'claimed' ? 'open' : status],
    queryFn: () => answer(api.GET('/api/v1/reviews/{id}', { params: { path: { id } } })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 600_000,
  })

/** Keeps what an action answered, so that nothing has to be asked again to show it; older news change nothing. */
export const keepState = (state: ReviewState): void => {
  queries.setQueryData(stateQuery(state.id).queryKey, (known) =>
    known && known.version > state.version ? known : state,
  )
}
