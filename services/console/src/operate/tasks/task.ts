import { queryOptions } from '@tanstack/react-query'
import { type AnswerTo, answer, api } from '../../api/api.ts'

export type Task = AnswerTo<'/api/v1/tasks/{id}', 'get'>

export const taskStates = ['pending', 'running', 'retrying', 'completed', 'failed', 'cancelled'] as const

export const isOver = ({ state }: Pick<Task, 'state'>): boolean =>
  state === 'completed' || state === 'failed' || state === 'cancelled'

export const toneOf = {
  pending: 'plain',
  running: 'accent',
  retrying: 'warn',
  completed: 'good',
  failed: 'bad',
  cancelled: 'plain',
} as const

const path = (id: string) => ({ params: { path: { id } } })

/**
 * @param justAsked it was asked for a moment ago, and is there as soon as the service has taken the request up: its
 * list is looked at until then, half a minute at most
 */
export const taskQuery = (id: string, justAsked: boolean) =>
  queryOptions({
    queryKey: ['tasks', 'one', id],
    queryFn: async () => {
      if (justAsked) await untilListed(id)
      return answer(api.GET('/api/v1/tasks/{id}', path(id)))
    },
  })

async function untilListed(id: string): Promise<void> {
  for (let looks = 0; looks < 60; looks++) {
    const { items } = await answer(
      api.GET('/api/v1/tasks', { params: { query: { mine: 'true', limit: 20 } } }),
    )
    if (items.some((task) => task.id === id)) return
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

export const resultQuery = (id: string) =>
  queryOptions({
    queryKey: ['tasks', 'result', id],
    queryFn: () => answer(api.GET('/api/v1/tasks/{id}/result', path(id))),
  })

export const findFailures = (id: string, page: { limit: number; cursor?: string }) =>
  answer(api.GET('/api/v1/tasks/{id}/failures', { params: { path: { id }, query: page } }))

export const findLog = (id: string, page: { limit: number; cursor?: string }) =>
  answer(api.GET('/api/v1/tasks/{id}/log', { params: { path: { id }, query: page } }))

export const typesQuery = queryOptions({
  queryKey: ['tasks', 'types'],
  queryFn: () => answer(api.GET('/api/v1/tasks/types')),
  staleTime: 300_000,
})
