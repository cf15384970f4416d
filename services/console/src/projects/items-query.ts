import {
  type InfiniteData,
  infiniteQueryOptions,
  useInfiniteQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { type AnswerTo, answer, api } from '../api/api.ts'
import { Problem } from '../api/problem.ts'
import { type Item, itemApi } from '../items/item.ts'
import { type Change, onChange } from '../live/live.ts'
import { addressOfListing, type Listing } from './filter.ts'

type Page = AnswerTo<'/api/v1/projects/{id}/items', 'get'>

/** Changes that come within this many milliseconds are followed together. */
const TOGETHER = 600
/** Beyond so many the list is asked for again as a whole. */
const MOST_SINGLE = 15

const itemsQuery = (projectId: string, listing: Listing) =>
  infiniteQueryOptions({
    queryKey: ['items', projectId, addressOfListing({ ...listing, layout: 'list' }).toString()],
    queryFn: ({ pageParam }) => {
      const { filter, sort, trashed } = listing
      const query = {
        ...filter,
        sort,
        limit: 100,
        ...(trashed ? { trashed: 'true' as const } : {}),
        ...(pageParam ? { cursor: pageParam } : { total: 'true' as const }),
      }
      return answer(api.GET('/api/v1/projects/{id}/items', { params: { path: { id: projectId }, query } }))
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  })

/**
 * The list of a project, a page at a time. What changes is asked for by itself and stays in its place, also where it no
 * longer matches: a row that vanishes while somebody reads it helps nobody. New ones are looked for while little is
 * loaded.
 */
export function useItems(projectId: string, listing: Listing) {
  const client = useQueryClient()
  const options = itemsQuery(projectId, listing)
  const list = useInfiniteQuery(options)
  const address = options.queryKey[2]
  useEffect(() => {
    const queryKey = ['items', projectId, address]
    const waiting = new Map<string, Change>()
    let timer: ReturnType<typeof setTimeout> | undefined
    async function follow() {
      timer = undefined
      const changes = [...waiting.values()]
      waiting.clear()
      const data = client.getQueryData<InfiniteData<Page>>(queryKey)
      const known = new Set(data?.pages.flatMap(({ items }) => items.map(({ id }) => id)))
      const hasNew = changes.some(({ id }) => !known.has(id))
      if (changes.length > MOST_SINGLE || (hasNew && (data?.pages.length ?? 0) <= 3)) {
        await client.invalidateQueries({ queryKey })
        return
      }
      for (const { kind, id } of changes.filter((each) => known.has(each.id))) {
        const item = await itemApi
          .read(kind === 'voice' ? 'voice' : 'document', id)
          .catch((error: unknown) => {
            if (error instanceof Problem && error.status === 404) return null
            return undefined
          })
        if (item !== undefined) put(id, item)
      }
    }
    const put = (id: string, item: Item | null) =>
      client.setQueryData<InfiniteData<Page>>(
        queryKey,
        (data) =>
          data && {
            ...data,
            pages: data.pages.map((page) => ({
              ...page,
              items: page.items.flatMap((each) => (each.id !== id ? [each] : item ? [item] : [])),
            })),
          },
      )
    const stop = onChange((change) => {
      if (change.kind !== 'document' && change.kind !== 'voice') return
      if (change.projectId !== undefined && change.projectId !== projectId) return
      waiting.set(change.id, change)
      timer ??= setTimeout(() => void follow(), TOGETHER)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [client, projectId, address])
  const pages = list.data?.pages
  const items = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages])
  return { ...list, items, total: pages?.[0]?.total ?? null }
}
