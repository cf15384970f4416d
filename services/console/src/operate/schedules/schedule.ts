import { type AnswerTo, answer, api } from '../../api/api.ts'

export type Schedule = AnswerTo<'/api/v1/schedules/{id}', 'get'>
export type Run = AnswerTo<'/api/v1/schedules/{id}/runs', 'get'>['items'][number]

export const typesQuery = {
  queryKey: ['tasks', 'types'],
  queryFn: () => answer(api.GET('/api/v1/tasks/types')),
  staleTime: 300_000,
}
