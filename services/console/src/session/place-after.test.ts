import { expect, test } from 'vitest'
import { placeAfter } from './place-after.ts'

test.each([
  ['next=/reviews%3Fstatus%3Dopen', '/reviews?status=open'],
  ['', '/'],
  ['next=//elsewhere.example', '/'],
  ['next=/%5Celsewhere.example', '/'],
  ['next=https://elsewhere.example', '/'],
])('after signing in with ?%s one is at %s', (search, place) => {
  expect(placeAfter(new URLSearchParams(search))).toBe(place)
})
