import { useQuery } from '@tanstack/react-query'
import { answer, api } from '../api/api.ts'
import { projectChoiceQuery } from '../projects/project.ts'
import { useMe } from '../session/session.ts'

const FEW = 5

/** The first few of each kind of thing that waits, asked for side by side. */
export function useWaiting() {
  const me = useMe()
  return {
    projects: useQuery(projectChoiceQuery),
    mine: useQuery({
      queryKey: ['reviews', 'mine'],
      queryFn: async () =>
        (
          await answer(api.GET('/api/v1/reviews', { params: { query: { status: 'claimed', limit: 100 } } }))
        ).items.filter(({ claimedBy }) => claimedBy === me.id),
    }),
    open: useQuery({
      queryKey: ['reviews', 'open-for-me'],
      queryFn: async () =>
        (
          await answer(
            api.GET('/api/v1/reviews', { params: { query: { status: 'open', forMe: 'true', limit: FEW } } }),
          )
        ).items,
    }),
    failed: useQuery({
      queryKey: ['documents', 'failed'],
      queryFn: async () =>
        (await answer(api.GET('/api/v1/documents', { params: { query: { status: 'failed', limit: FEW } } })))
          .items,
    }),
    running: useQuery({
      queryKey: ['tasks', 'running'],
      queryFn: async () =>
        (
          await answer(
            api.GET('/api/v1/tasks', { params: { query: { state: 'running', mine: 'true', limit: FEW } } }),
          )
        ).items,
    }),
    recent: useQuery({
      queryKey: ['documents', 'recent'],
      queryFn: async () =>
        (
          await answer(
            api.GET('/api/v1/documents', { params: { query: { sort: '-createdAt', limit: FEW } } }),
          )
        ).items,
    }),
  }
}
