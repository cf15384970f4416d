import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { queries } from '../../api/queries.ts'
import { useNextPage } from '../../ui/next-page.ts'

interface PageOf<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

/** Items of each page that is asked for: a long list comes with few requests. */
const PAGE = 100

/**
 * A list of any length, page by page as it is scrolled through. What was loaded stays as it is until
 * {@link startOver}: asking for every page again because one row has changed would take minutes on a long list.
 */
export function usePages<Item>(
  key: readonly unknown[],
  ask: (page: { limit: number; cursor?: string }) => Promise<PageOf<Item>>,
) {
  const query = useInfiniteQuery<
    PageOf<Item>,
    Error,
    InfiniteData<PageOf<Item>, string>,
    readonly unknown[],
    string
  >({
    queryKey: key,
    queryFn: ({ pageParam }) => ask(pageParam ? { limit: PAGE, cursor: pageParam } : { limit: PAGE }),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  })
  const { data, error, isPending, refetch } = query
  const rows = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data])
  return { rows, onEnd: useNextPage(query), error, isPending, retry: () => void refetch() }
}

/** Asks for lists anew from their beginning, and for everything else of the resource. */
export async function startOver(...resources: readonly string[]): Promise<void> {
  await Promise.all(resources.map((resource) => queries.resetQueries({ queryKey: [resource] })))
}
