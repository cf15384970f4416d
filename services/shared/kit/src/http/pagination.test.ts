import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Problem } from '../errors.ts'
import { decodeCursor, encodeCursor, listOf, pageOf, pageQuery } from './pagination.ts'

const position = z.tuple([z.string(), z.number().nullable()])

test('every position comes back from its cursor, and the cursor fits into a URL as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.option(fc.integer()), (text, number) => {
      const whole = text.toWellFormed()
      const cursor = encodeCursor([whole, number])
      expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/)
      expect(decodeCursor(position, cursor)).toEqual([whole, number])
    }),
  )
})

test('whatever somebody makes up is invalid_cursor and nothing worse', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.base64String(),
        fc.json().map((text) => Buffer.from(text).toString('base64url')),
      ),
      (cursor) => {
        try {
          decodeCursor(position, cursor)
        } catch (error) {
          expect(error).toBeInstanceOf(Problem)
          expect(error).toMatchObject({ status: 400, code: 'invalid_cursor' })
        }
      },
    ),
  )
})

test('the first page has no cursor', () => {
  expect(decodeCursor(position, undefined)).toBeUndefined()
})

test('a page has 50 items unless told, and 100 at most', () => {
  const query = z.object(pageQuery)
  expect(query.parse({})).toEqual({ limit: 50 })
  expect(query.parse({ limit: '100', cursor: 'x' })).toEqual({ limit: 100, cursor: 'x' })
  for (const limit of ['0', '101', '1.5', 'x', '']) expect(query.safeParse({ limit }).success).toBe(false)
  expect(listOf(z.string()).parse({ items: ['a'], nextCursor: null }).items).toEqual(['a'])
})

test('pages that follow one another show every row once, whatever their size', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.integer({ min: 1, max: 15 }), (count, limit) => {
      const rows = Array.from({ length: count }, (_, number) => number)
      const seen: number[] = []
      let cursor: string | undefined
      do {
        const from = decodeCursor(z.number(), cursor)
        const found = rows.filter((row) => from === undefined || row > from).slice(0, limit + 1)
        const page = pageOf(
          found,
          limit,
          (row) => row,
          (last) => last,
        )
        seen.push(...page.items)
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined)
      expect(seen).toEqual(rows)
    }),
  )
})
