import { queryOptions } from '@tanstack/react-query'
import { answer, api } from '../api/api.ts'

/** Milliseconds, in which those that are asked for go into one request. */
const TOGETHER = 20
/** That the platform takes in one request. */
const MOST = 100

/** What somebody is called; null for who is not there any more. Names hardly ever change. */
export const nameQuery = (userId: string) =>
  queryOptions({ queryKey: ['names', userId], queryFn: () => nameOf(userId), staleTime: 600_000 })

interface Request {
  readonly ids: Set<string>
  readonly names: Promise<ReadonlyMap<string, string>>
}

let waiting: Request | undefined

async function nameOf(userId: string): Promise<string | null> {
  if (!waiting || waiting.ids.size >= MOST) waiting = begin()
  waiting.ids.add(userId)
  return (await waiting.names).get(userId) ?? null
}

function begin(): Request {
  const ids = new Set<string>()
  const names = new Promise((resolve) => setTimeout(resolve, TOGETHER)).then(async () => {
    if (waiting?.ids === ids) waiting = undefined
    const query = { ids: [...ids].join(',') }
    const { items } = await answer(api.GET('/api/v1/auth/names', { params: { query } }))
    return new Map(items.map(({ id, name }) => [id, name]))
  })
  return { ids, names }
}
