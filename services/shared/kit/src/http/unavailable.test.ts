import { expect, test } from 'vitest'
import { asUnavailable } from './unavailable.ts'

const failing = (code: string, message = 'x') => Object.assign(new Error(message), { code })

test.each([
  ['a full database disk', '53100'],
  ['a database out of memory', '53200'],
  ['a limit of the database', '53400'],
  ['a broken database disk', '58030'],
  ['a full disk', 'ENOSPC'],
  ['a full quota', 'EDQUOT'],
  ['a read-only disk', 'EROFS'],
  ['a broken disk', 'EIO'],
])('%s is 503 for half a minute, also as the cause of another error', (_what, code) => {
  const problem = asUnavailable(new Error('the upload failed', { cause: failing(code) }))
  expect(problem).toMatchObject({ status: 503, code: 'unavailable', headers: { 'retry-after': '30' } })
})

test('a database without a free connection is 503 for a few seconds', () => {
  expect(asUnavailable(failing('53300'))).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
})

test('a full disk that keeps PostgreSQL from taking connections is 503 for half a minute', () => {
  const refused = failing('XX000', 'could not write init file')
  expect(asUnavailable(refused)).toMatchObject({ status: 503, headers: { 'retry-after': '30' } })
  expect(asUnavailable(failing('XX000', 'cache lookup failed for type 5'))).toBeUndefined()
})

test('a standby that is asked to write is 503', () => {
  const standby = failing('0A000', 'cannot set transaction read-write mode during recovery')
  expect(asUnavailable(standby)).toMatchObject({ status: 503 })
})

test('a write in a transaction that we began for reading is our mistake, and no 503', () => {
  expect(asUnavailable(failing('25006', 'cannot execute INSERT in a read-only transaction'))).toBeUndefined()
  expect(asUnavailable(failing('0A000', 'cross-database references are not implemented'))).toBeUndefined()
})
