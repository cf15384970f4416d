import { decodeCursor, encodeCursor } from '@alta/kit/http/pagination'
import { uuid } from './fields.ts'

/** A list by descending id, which is newest first: ids are UUIDv7. The cursor is the last id shown. */
export interface PageWanted {
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface Page<Item> {
  readonly items: Item[]
  readonly nextCursor: string | null
}

/** @throws {Problem} 400 `invalid_cursor` */
export const startOf = (wanted: PageWanted): string | undefined => decodeCursor(uuid, wanted.cursor)

/** @param rows one more than wanted, if there are so many */
export function pageOf<Row extends { id: string }>(rows: readonly Row[], { limit }: PageWanted): Page<Row> {
  const items = rows.slice(0, limit)
  const last = rows.length > limit ? items.at(-1) : undefined
  return { items, nextCursor: last ? encodeCursor(last.id) : null }
}
