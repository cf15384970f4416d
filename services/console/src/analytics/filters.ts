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
