import { useMemo } from 'react'

/** What an infinite query says of the page that follows. */
interface Paged {
  readonly hasNextPage: boolean
  readonly isFetchingNextPage: boolean
  readonly isFetchNextPageError: boolean
  fetchNextPage(): unknown
}

/**
 * Asks for the page that follows, when the end of a table comes into view. A page that was refused is not asked for
 * again by itself: the end is in view still, and it would be asked for at once, without end.
 * @returns undefined while there is nothing to ask for
 */
export function useNextPage(list: Paged): (() => void) | undefined {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list
  const may = hasNextPage && !isFetchingNextPage && !isFetchNextPageError
  return useMemo(() => (may ? () => void fetchNextPage() : undefined), [may, fetchNextPage])
}
