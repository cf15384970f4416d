import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { upcomingQuery } from '../queries.ts'
import { nextOf, prefetchItem } from './next-item.ts'

/** Milliseconds, in which what is on the screen comes first. */
const AFTER_MS = 400

/** Has the item that follows ready before this one is decided on. */
export function usePrefetch(id: string, projectId: string | undefined): void {
  const { data } = useQuery(upcomingQuery(projectId))
  const next = nextOf(data?.items ?? [], id)
  const nextId = next?.id
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same item again is no other one.
  useEffect(() => {
    if (!next) return
    const timer = setTimeout(() => {
      // It is asked for again when it opens, and the failure is told there.
      prefetchItem(next).catch(() => undefined)
    }, AFTER_MS)
    return () => clearTimeout(timer)
  }, [nextId])
}
