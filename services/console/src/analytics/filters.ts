export interface Filters {
  readonly projectId: string
  readonly from: string
  readonly to: string
  readonly groupBy: 'day' | 'week' | 'project' | 'person'
}

/** What the address of the page says. */
export function filtersOf(search: URLSearchParams): Filters {
  const groupBy = search.get('groupBy')
  return {
    projectId: search.get('projectId') ?? '',
    from: search.get('from') ?? '',
    to: search.get('to') ?? '',
    groupBy: groupBy === 'week' || groupBy === 'project' ? groupBy : 'day',
  }
}

/** As the API takes it: what is not chosen is left out. */
export const queryOf = ({ projectId, from, to, groupBy }: Filters) => ({
  ...(projectId ? { projectId } : {}),
  ...(from ? { from } : {}),
  ...(to ? { to } : {}),
  groupBy,
})

/** As many as the API looks at, three years: of more it would say so once for each kind of figures. */
const MOST_DAYS = 1_096
const DAY = 86_400_000

/** What is wrong with the days, before anybody is asked. @param now for a last day that is not chosen */
export function faultOf(
  { from, to }: Pick<Filters, 'from' | 'to'>,
  now: Date,
): 'backwards' | 'future' | 'tooLong' | undefined {
  if (from === '') return undefined
  const last = to || now.toISOString().slice(0, 10)
  if (from > last) return to ? 'backwards' : 'future'
  return (Date.parse(last) - Date.parse(from)) / DAY + 1 > MOST_DAYS ? 'tooLong' : undefined
}
