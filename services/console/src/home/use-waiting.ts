import { useQuery } from '@tanstack/react-query'
import { answer, api } from '../api/api.ts'
import type { Kind } from '../items/item.ts'
import { projectChoiceQuery } from '../projects/project.ts'
import { useMe } from '../session/session.ts'

const FEW = 5

async function findFailed(kind: Kind) {
  const params = { query: { status: 'failed' as const, limit: FEW } }
  const { items } =
    kind === 'voice'
      ? await answer(api.GET('/api/v1/voice-samples', { params }))
      : await answer(api.GET('/api/v1/documents', { params }))
  return items
}

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
      queryFn: () => findFailed('document'),
    }),
    failedRecordings: useQuery({
      queryKey: ['voice-samples', 'failed'],
      queryFn: () => findFailed('voice'),
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
