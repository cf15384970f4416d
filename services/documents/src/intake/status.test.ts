import { expect, test } from 'vitest'
import { statusOf } from './status.ts'

const facts = { started_at: null, machine_result: null, failure_code: null, verdict: null }

test.each([
  ['nothing has happened yet', facts, 'uploaded'],
  ['the engine has begun', { ...facts, started_at: new Date() }, 'processing'],
  ['the engine has read it and nobody has decided', { ...facts, machine_result: 'a' }, 'processing'],
  ['the engine has failed', { ...facts, failure_code: 'no_speech' }, 'failed'],
  [
    'the engine failed first and read it later',
    { ...facts, failure_code: 'x', machine_result: 'a' },
    'processing',
  ],
  ['a verdict came before the result', { ...facts, verdict: 'approved' }, 'approved'],
  ['a verdict came after the result', { ...facts, machine_result: 'a', verdict: 'rejected' }, 'rejected'],
] as const)('when %s, the status says so', (_when, known, status) => {
  expect(statusOf(known)).toBe(status)
})
