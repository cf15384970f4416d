import { expect, test } from 'vitest'
import { type Failing, fingerprintOf } from './fingerprint.ts'

const failing = (more: Partial<Failing> = {}): Failing => ({
  handler: 'ocr/document.ocr-requested.v1',
  errorClass: 'TypeError',
  message: 'x is not a function',
  stack:
    'TypeError: x is not a function\n    at read (file:///app/services/ocr/src/read.ts:10:3)\n' +
    '    at async run (/app/services/shared/kit/src/events/inbox-dispatch.ts:80:7)',
  faults: [],
  ...more,
})
const of = (more: Partial<Failing> = {}) => fingerprintOf(failing(more)).fingerprint

test('another checkout, other line numbers and another message are the same failure', () => {
  const stack =
    'TypeError: y 42 is not a function\n    at read (/home/ada/alta/services/ocr/src/read.ts:99:1)\n' +
    '    at async run (file:///home/ada/alta/services/shared/kit/src/events/inbox-dispatch.ts:7:7)'
  expect(of({ stack, message: 'y 42 is not a function' })).toBe(of())
})

test('frames of Node itself and the version of a package do not count', () => {
  const frame = (version: string) =>
    `E: x\n at query (/a/node_modules/.pnpm/pg@${version}/node_modules/pg/lib/client.js:5:1)\n` +
    ' at read (/a/services/ocr/src/read.ts:1:1)'
  expect(of({ stack: frame('8.1.0') })).toBe(of({ stack: frame('8.2.0') }))
  const withNode = `${frame('8.1.0')}\n    at process.processTicksAndRejections (node:internal/process/task_queues:103:5)`
  expect(of({ stack: withNode })).toBe(of({ stack: frame('8.1.0') }))
})

test('the way to the handler does not count, which is another for a copy than for a repetition', () => {
  const by = (...way: string[]) =>
    of({
      stack: [
        'TypeError: x',
        'read (/app/services/ocr/src/read.ts:1:1)',
        ...way.map((name) => `${name}.ts:7:7)`),
      ].join('\n    at '),
    })
  const kit = '/app/services/shared/kit/src'
  expect(by(`async handleNow (${kit}/events/inbox-dispatch`)).toBe(
    by(`repeat (${kit}/events/gathered-handling`, `withSpan (${kit}/telemetry/tracing`),
  )
  expect(by()).not.toBe(by('parse (/app/services/ocr/src/parse'))
  const thrownThere = (name: string) => of({ stack: `E: x\n    at ${name} (${kit}/events/delivery.ts:1:1)` })
  expect(thrownThere('openDelivery')).not.toBe(thrownThere('workerLost'))
})

test('another function, class or handler is another failure', () => {
  const different = [
    of(),
    of({ stack: failing().stack.replace('at read', 'at write') }),
    of({ errorClass: 'RangeError' }),
    of({ handler: 'ocr/document.deleted.v1' }),
  ]
  expect(new Set(different).size).toBe(4)
})

test('without a stack the message counts, but not its ids, numbers, addresses and quotations', () => {
  const message = (id: string, n: number, at: string) =>
    `no project ${id} at 10.0.0.${n}:5432 for ${at} after ${n} tries of "${n}" (0x${n}f)`
  const one = of({
    stack: '',
    message: message('019a9d2e-0000-7000-8000-000000000002', 3, 'ada@example.org'),
  })
  const two = of({
    stack: '',
    message: message('019a9d2e-ffff-7000-8000-000000000009', 44, 'bob@example.net'),
  })
  expect(one).toBe(two)
  expect(of({ stack: '', message: 'something else' })).not.toBe(one)
})

test('a broken schema is told apart by the paths that fail, whatever the position in a list', () => {
  const at = (...paths: string[]) => of({ faults: paths.map((path) => ({ path, message: 'wrong' })) })
  expect(at('data.pages.0.text', 'data.pages.7.text')).toBe(at('data.pages.3.text'))
  expect(at('data.projectId')).not.toBe(at('data.documentId'))
})

test('a hostile stack of a megabyte is looked at quickly', () => {
  const began = performance.now()
  of({ stack: `E\n${'    at a (/services/a.ts:1:1)'.repeat(40_000)}`, message: '"'.repeat(1_000_000) })
  of({ stack: `at ${'/'.repeat(200_000)}`, message: `${'a'.repeat(500_000)}@` })
  expect(performance.now() - began).toBeLessThan(2_000)
})
