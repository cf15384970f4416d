import { api } from '../../api/api.ts'
import { queries } from '../../api/queries.ts'
import { documentQuery, recordingQuery } from '../../items/item.ts'
import { imageOf } from '../../items/page-picture.ts'
import { findUpcoming, keepState, readingQuery, upcomingQuery } from '../queries.ts'
import type { ReviewState } from '../review.ts'
import { reviewSession } from '../session-log.ts'

/** The least sure item that is free, may be decided on by whoever asks, and was not looked at in this session. */
export function nextOf(
  upcoming: readonly ReviewState[],
  current: string | undefined,
): ReviewState | undefined {
  const skipped = reviewSession.skipped()
  const decided = new Map(reviewSession.decided().map(({ id, version }) => [id, version]))
  return upcoming.find(
    ({ id, version }) => id !== current && !skipped.has(id) && version > (decided.get(id) ?? 0),
  )
}

/**
 * What is known suffices, else the platform is asked: the next item opens at once. Whoever has skipped all of the first
 * page gets those of the pages that follow.
 * @throws {Problem}
 */
export async function findNext(
  projectId: string | undefined,
  current: string,
): Promise<ReviewState | undefined> {
  const query = upcomingQuery(projectId)
  const known = nextOf(queries.getQueryData(query.queryKey)?.items ?? [], current)
  if (known) return known
  let page = await queries.fetchQuery({ ...query, staleTime: 0 })
  for (;;) {
    const next = nextOf(page.items, current)
    if (next || page.nextCursor === null) return next
    page = await findUpcoming(projectId, page.nextCursor)
  }
}

/** Fetches an item, and the picture that it will show first, before anybody asks for it. */
export async function prefetchItem(state: ReviewState): Promise<void> {
  keepState(state)
  const reading = queries.fetchQuery(readingQuery(state))
  if (state.kind === 'voice') {
    void queries.prefetchQuery(recordingQuery(state.subjectId))
    await reading
    return
  }
  const [review, document] = await Promise.all([reading, queries.fetchQuery(documentQuery(state.subjectId))])
  if (review.kind !== 'document') return
  const first = review.words[review.uncertainWords[0] ?? 0]?.page ?? 1
  const source = imageOf(document, first)
  if (source) new Image().src = source
}

export const verdictRoutes = {
  approve: (id: string, version: number, body: ApproveBody) =>
    api.POST('/api/v1/reviews/{id}/approve', { params: paramsOf(id, version), body }),
  sendBack: (id: string, version: number, reason: string) =>
    api.POST('/api/v1/reviews/{id}/send-back', { params: paramsOf(id, version), body: { reason } }),
  reject: (id: string, version: number, reason: string) =>
    api.POST('/api/v1/reviews/{id}/reject', { params: paramsOf(id, version), body: { reason } }),
}

export interface ApproveBody {
  text?: string
  corrections?: { index: number; before: string; after: string }[]
}

/** What somebody else has changed meanwhile is not overwritten: the platform answers 412. */
const paramsOf = (id: string, version: number) => ({ path: { id }, header: { 'if-match': `"${version}"` } })
