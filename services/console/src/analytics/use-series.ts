import { useQueries, useQuery } from '@tanstack/react-query'
import { type AnswerTo, answer, api } from '../api/api.ts'
import type { paths } from '../api/generated/openapi'
import { nameQuery } from '../people/names.ts'
import { type Filters, queryOf } from './filters.ts'

// These routes have CSV too, which their type leaves open; nothing here asks for it.
const json = <Path extends keyof paths>(asked: Promise<unknown>) =>
  asked as Promise<AnswerTo<Path, 'get' & keyof paths[Path]>>

/** All figures of the page, each asked for by itself, so that one that fails leaves the others standing. */
export function useSeries(filters: Filters) {
  const params = { query: queryOf(filters) }
  const ofPeople = { query: queryOf({ ...filters, groupBy: 'person' }) }
  const reviewers = useQuery({
    queryKey: ['analytics', 'reviewers', ofPeople.query],
    queryFn: () =>
      json<'/api/v1/analytics/reviewers'>(
        answer(api.GET('/api/v1/analytics/reviewers', { params: ofPeople })),
      ),
  })
  const ids = (reviewers.data?.items ?? []).flatMap(({ key }) => key ?? [])
  const names = useQueries({ queries: ids.map(nameQuery) })
  return {
    volume: useQuery({
      queryKey: ['analytics', 'volume', params.query],
      queryFn: () =>
        json<'/api/v1/analytics/volume'>(answer(api.GET('/api/v1/analytics/volume', { params }))),
    }),
    turnaround: useQuery({
      queryKey: ['analytics', 'turnaround', params.query],
      queryFn: () =>
        json<'/api/v1/analytics/turnaround'>(answer(api.GET('/api/v1/analytics/turnaround', { params }))),
    }),
    confidence: useQuery({
      queryKey: ['analytics', 'confidence', params.query],
      queryFn: () =>
        json<'/api/v1/analytics/confidence'>(answer(api.GET('/api/v1/analytics/confidence', { params }))),
    }),
    failures: useQuery({
      queryKey: ['analytics', 'failures', params.query],
      queryFn: () =>
        json<'/api/v1/analytics/failures'>(answer(api.GET('/api/v1/analytics/failures', { params }))),
    }),
    costs: useQuery({
      queryKey: ['analytics', 'costs', params.query],
      queryFn: () => json<'/api/v1/analytics/costs'>(answer(api.GET('/api/v1/analytics/costs', { params }))),
    }),
    reviewers,
    /** Of the reviewers, by their ids, as far as they are known. */
    people: new Map(ids.map((id, place) => [id, names[place]?.data])),
  }
}
