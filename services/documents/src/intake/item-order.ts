import { badRequest } from '@alta/kit/errors'
import { decodeCursor, encodeCursor } from '@alta/kit/http/pagination'
import { isStorable } from '@alta/kit/storage/storable'
import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { uuid } from './fields.ts'

export const itemSort = z.enum([
  ...(['createdAt', '-createdAt', 'title', '-title'] as const),
  ...(['confidence', '-confidence', 'size', '-size'] as const),
])
export type ItemSort = z.infer<typeof itemSort>

/** What a list is ordered by; ids decide between equals, and are the order themselves where there is no `value`. */
export interface ItemOrder {
  readonly sort: ItemSort
  readonly descending: boolean
  readonly value: RawBuilder<unknown> | undefined
  /** Of the value, in PostgreSQL. */
  readonly type: 'text' | 'float8' | 'int8'
  readonly collation: RawBuilder<unknown>
}

/** Where a page ends. */
export interface ItemPosition {
  readonly id: string
  readonly value: string | number | null
}

// As people sort names, whatever the locale that the database was made with.
const forPeople = sql`collate "und-x-icu"`
const none = sql``

/** What was not read yet is after all that was, the least sure first: that is what somebody looks for who sorts so. */
const values = {
  createdAt: { value: undefined, type: 'text', collation: none },
  title: { value: sql`title ${forPeople}`, type: 'text', collation: forPeople },
  confidence: { value: sql`coalesce(confidence, 2)`, type: 'float8', collation: none },
  size: { value: sql`coalesce(size, 0)`, type: 'int8', collation: none },
} as const

export function orderOf(sort: ItemSort): ItemOrder {
  const descending = sort.startsWith('-')
  const by = sort.replace('-', '') as keyof typeof values
  return { sort, descending, ...values[by] }
}

/** A value that PostgreSQL would not take for one of its type is no cursor either. */
const ofType = {
  text: z.string().refine(isStorable),
  float8: z.number(),
  int8: z.string().regex(/^\d{1,18}$/),
}
const ordered = (type: ItemOrder['type']) => z.tuple([itemSort, ofType[type], uuid])

/** @throws {Problem} 400 `invalid_cursor`, also for one of another order */
export function positionOf(order: ItemOrder, cursor: string | undefined): ItemPosition | undefined {
  if (cursor === undefined) return undefined
  if (!order.value) {
    const id = decodeCursor(uuid, cursor)
    return id === undefined ? undefined : { id, value: null }
  }
  const [sort, value, id] = decodeCursor(ordered(order.type), cursor) ?? []
  if (sort !== order.sort || value === undefined || id === undefined) {
    throw badRequest('invalid_cursor', 'The cursor is of a list in another order. Begin again without it.')
  }
  return { id, value }
}

export const cursorOf = (order: ItemOrder, { id, value }: ItemPosition): string =>
  encodeCursor(order.value ? [order.sort, value, id] : id)
