import { z } from 'zod'
import { badRequest } from '../errors.ts'

/** One that ends a page by a title of 300 letters, of three bytes each, takes 1,300 characters. */
const LONGEST_CURSOR = 2_000

/** Spread into a route's query: `query: z.object({ ...pageQuery, status: … })`. */
export const pageQuery = {
  limit: z.coerce.number<string>().int().min(1).max(100).default(50).meta({ description: 'Items per page.' }),
  cursor: z.string().max(LONGEST_CURSOR).optional().meta({ description: '`nextCursor` of the page before.' }),
}

/** A page of a list; `nextCursor` is null on the last one. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

export interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

/** What the next page begins after, as callers carry it: opaque to them, and free to change. */
export const encodeCursor = (position: unknown): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url')

/**
 * One page of rows of which one more than `limit` was asked for: that one tells that there are more.
 * @param present what callers see of a row
 * @param positionOf of the last row that is shown; `decodeCursor` gives it back
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  present: (row: Row) => Item,
  positionOf: (last: Row) => unknown,
): Page<Item> {
  const shown = rows.slice(0, limit)
  const [last] = rows.length > limit ? shown.slice(-1) : []
  return {
    items: shown.map((row) => present(row)),
    nextCursor: last === undefined ? null : encodeCursor(positionOf(last)),
  }
}

/**
 * The position in a caller's cursor, or undefined for the first page.
 * @throws {Problem} 400 `invalid_cursor`
 */
export function decodeCursor<Position>(
  schema: z.ZodType<Position>,
  cursor: string | undefined,
): Position | undefined {
  if (cursor === undefined) return undefined
  const result = schema.safeParse(parsed(cursor))
  if (result.success) return result.data
  throw badRequest('invalid_cursor', 'The cursor is not one of ours. Begin again without it.', {
    cause: result.error,
  })
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    // Not JSON: no schema of a position takes undefined.
    return undefined
  }
}
