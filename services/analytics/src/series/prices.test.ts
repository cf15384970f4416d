import { expect, test } from 'vitest'
import { readPrices } from './prices.ts'

test('prices are of a page or a minute', () => {
  expect(readPrices('google-document-ai=0.0015/page, google-speech=0.024/minute')).toEqual([
    { engine: 'google-document-ai', perPage: 0.0015, perMinute: 0 },
    { engine: 'google-speech', perPage: 0, perMinute: 0.024 },
  ])
  expect(readPrices('')).toEqual([])
})

test.each([
  'google-speech',
  'google-speech=free/minute',
  'google-speech=1/hour',
  'a=1/page,a=2/page',
  'a=-1/page',
])('%s is refused', (text) => {
  expect(readPrices(text)).toBeUndefined()
})
