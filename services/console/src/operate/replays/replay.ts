import { queryOptions } from '@tanstack/react-query'
import { type AnswerTo, answer, api } from '../../api/api.ts'

export type Replay = AnswerTo<'/api/v1/events/replays/{id}', 'get'>

export const isEnded = ({ state }: Replay): boolean => state === 'completed' || state === 'stopped'

export const replayTones = {
  sending: 'accent',
  paused: 'warn',
  waiting: 'accent',
  completed: 'good',
  stopped: 'plain',
} as const

export const replayQuery = (id: string) =>
  queryOptions({
    queryKey: ['replays', 'one', id],
    queryFn: () => answer(api.GET('/api/v1/events/replays/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state: { data } }) => (data && isEnded(data) ? false : 1_500),
  })
