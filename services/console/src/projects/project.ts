import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { type AnswerTo, answer, api } from '../api/api.ts'

export type Project = AnswerTo<'/api/v1/projects/{id}', 'get'>
export type Member = AnswerTo<'/api/v1/projects/{id}/members', 'get'>['items'][number]

export const projectQuery = (id: string) =>
  queryOptions({
    queryKey: ['projects', id],
    queryFn: () => answer(api.GET('/api/v1/projects/{id}', { params: { path: { id } } })),
  })

const findPage = (cursor: string) =>
  answer(api.GET('/api/v1/projects', { params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } } }))

export const projectsQuery = infiniteQueryOptions({
  queryKey: ['projects', 'all'],
  queryFn: ({ pageParam }) => findPage(pageParam),
  initialPageParam: '',
  getNextPageParam: ({ nextCursor }) => nextCursor,
})

/** More than anybody chooses of by a list. */
const MOST_TO_CHOOSE = 1_000

/** To choose one of and to have their names. */
export const projectChoiceQuery = queryOptions({
  queryKey: ['projects', 'choice'],
  queryFn: async () => {
    const found: Project[] = []
    let cursor: string | null = ''
    while (cursor !== null && found.length < MOST_TO_CHOOSE) {
      const page: Awaited<ReturnType<typeof findPage>> = await findPage(cursor)
      found.push(...page.items)
      cursor = page.nextCursor
    }
    return found
  },
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
