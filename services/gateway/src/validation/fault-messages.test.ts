import type { ErrorObject } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { faultsOf } from './fault-messages.ts'

test.each([
  ['minLength', 1, 'Must have at least 1 character'],
  ['minLength', 2, 'Must have at least 2 characters'],
  ['maxItems', 1, 'Must have at most 1 item'],
  ['maxItems', 0, 'Must have at most 0 items'],
])('%s %i reads "%s"', (keyword, limit, message) => {
  const error: ErrorObject = { keyword, params: { limit }, instancePath: '/name', schemaPath: '' }
  expect(faultsOf('body', [error])).toEqual([{ path: 'body.name', message }])
})
