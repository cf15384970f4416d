import { type ItemStatus, statuses } from '../items/item.ts'

export const sorts = [
  '-createdAt',
  'createdAt',
  'title',
  '-title',
  'confidence',
  '-confidence',
  '-size',
  'size',
] as const
export type Sort = (typeof sorts)[number]

/** What a list is narrowed down to. */
export interface Filter {
  readonly kind?: 'document' | 'voice'
  readonly status?: ItemStatus[]
  readonly q?: string
  readonly tag?: string
  readonly uploadedBy?: string
  readonly from?: string
  readonly to?: string
  readonly failureCode?: string
  readonly failureCause?: 'temporary' | 'permanent'
}

/** Everything that the address says of the list; the address is the one place where it stands. */
export interface Listing {
  readonly filter: Filter
  readonly sort: Sort
  readonly layout: 'list' | 'grid'
  readonly trashed: boolean
}

/** What an address does not say, or says wrongly, is as if nothing was said. */
export function listingOf(query: URLSearchParams): Listing {
  const kind = oneOf(['document', 'voice'] as const, query.get('kind'))
  const status = statuses.filter((each) => query.getAll('status').includes(each))
  const failureCause = oneOf(['temporary', 'permanent'] as const, query.get('failureCause'))
  const text = (['q', 'tag', 'uploadedBy', 'failureCode'] as const).filter((key) => query.get(key))
  const dates = (['from', 'to'] as const).flatMap((key) => {
    const time = Date.parse(query.get(key) ?? '')
    return Number.isNaN(time) ? [] : [[key, new Date(time).toISOString()]]
  })
  return {
    filter: {
      ...(kind ? { kind } : {}),
      ...(status.length > 0 ? { status } : {}),
      ...(failureCause ? { failureCause } : {}),
      ...Object.fromEntries(text.map((key) => [key, query.get(key)])),
      // Addresses may leave out what the API wants, such as the time of a day.
      ...Object.fromEntries(dates),
    },
    sort: oneOf(sorts, query.get('sort')) ?? '-createdAt',
    layout: oneOf(['list', 'grid'] as const, query.get('layout')) ?? 'list',
    trashed: query.get('trashed') === 'true',
  }
}

const oneOf = <Word extends string>(words: readonly Word[], word: string | null): Word | undefined =>
  words.find((each) => each === word)

/** The shortest address that says it. */
export function addressOfListing({ filter, sort, layout, trashed }: Listing): URLSearchParams {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(filter))
    for (const each of [value].flat()) if (each) query.append(key, String(each))
  if (sort !== '-createdAt') query.set('sort', sort)
  if (layout !== 'list') query.set('layout', layout)
  if (trashed) query.set('trashed', 'true')
  return query
}

export const isNarrowed = ({ filter }: Listing): boolean => Object.keys(filter).length > 0
