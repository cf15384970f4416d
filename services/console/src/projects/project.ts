import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { type AnswerTo, answer, api } from '../api/api.ts'

export type Project = AnswerTo<'/api/v1/projects/{id}', 'get'>
export type Member = AnswerTo<'/api/v1/projects/{id}/members', 'get'>['items'][number]

export const projectQuery = (id: string) =>
  queryOptions({
    queryKey: ['projects', id],
    queryFn: () => answer(api.GET('/api/v1/projects/{id}', { params: { path: { id } } })),
  })

export const projectsQuery = infiniteQueryOptions({
  queryKey: ['projects', 'all'],
  queryFn: ({ pageParam }) =>
    answer(
      api.GET('/api/v1/projects', {
        params: { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } },
      }),
    ),
  initialPageParam: '',
  getNextPageParam: ({ nextCursor }) => nextCursor,
})

/** The first hundred, to choose one of and to have their names. */
export const projectChoiceQuery = queryOptions({
  queryKey: ['projects', 'choice'],
  queryFn: async () =>
    (await answer(api.GET('/api/v1/projects', { params: { query: { limit: 100 } } }))).items,
  staleTime: 60_000,
})

export const membersQuery = (id: string) =>
  queryOptions({
    queryKey: ['projects', id, 'members'],
    queryFn: async () =>
      (await answer(api.GET('/api/v1/projects/{id}/members', { params: { path: { id } } }))).items,
  })

export const viewsQuery = (id: string) =>
  queryOptions({
    queryKey: ['projects', id, 'views'],
    queryFn: async () =>
      (await answer(api.GET('/api/v1/projects/{id}/views', { params: { path: { id } } }))).items,
  })
