import { expect, test } from 'vitest'
import { addressOfListing, listingOf } from './filter.ts'

test.each([
  'status=in_review&status=failed&q=war+letters&tag=ann&sort=confidence&layout=grid&trashed=true',
  'kind=voice&failureCause=temporary&failureCode=engine_missing',
  'from=2026-01-01T00%3A00%3A00.000Z',
  '',
])('an address that is read and written says the same: %s', (address) => {
  const again = addressOfListing(listingOf(new URLSearchParams(address)))
  expect(listingOf(again)).toEqual(listingOf(new URLSearchParams(address)))
  expect([...again].sort()).toEqual([...new URLSearchParams(address)].sort())
})

test('words that nobody knows narrow nothing', () => {
  const listing = listingOf(new URLSearchParams('status=eaten&sort=colour&layout=cube&from=then&kind=cat'))
  expect(listing).toEqual({ filter: {}, sort: '-createdAt', layout: 'list', trashed: false })
})

test('a day in an address is the moment that the API wants', () => {
  expect(listingOf(new URLSearchParams('from=2026-01-01')).filter.from).toBe('2026-01-01T00:00:00.000Z')
})
