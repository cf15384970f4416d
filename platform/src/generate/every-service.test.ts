import { expect, it } from 'vitest'
import { withService, wrongIn } from './every-service.ts'

const expr = 'min by (job) (up{job=~"gateway|ocr"}) == 0'

it('a new service is named wherever every service is', () => {
  expect(withService(expr, 'orders')).toBe('min by (job) (up{job=~"gateway|ocr|orders"}) == 0')
  expect(withService('up{job="gateway"}', 'orders')).toBe('up{job="gateway"}')
})

it('tells of a service that is left out, and of one that is not there', () => {
  expect(wrongIn(expr, ['gateway', 'ocr'])).toEqual([])
  expect(wrongIn(expr, ['gateway', 'ocr', 'orders'])).toEqual(['orders is missing among gateway|ocr'])
  expect(wrongIn(expr, ['gateway'])).toEqual(['there is no service ocr'])
})
