import { expect, test } from 'vitest'
import { applyTo, type JsonPatch, jsonPatch, lockedPaths } from './patch.ts'

const event = { id: '1', source: '/documents', data: { projectId: 'old', tags: ['a', 'b'] } }

test('a patch changes a copy and tells what it changed', () => {
  const patched = applyTo(event, [
    { op: 'test', path: '/data/projectId', value: 'old' },
    { op: 'replace', path: '/data/projectId', value: 'new' },
    { op: 'add', path: '/data/tags/-', value: 'c' },
    { op: 'remove', path: '/data/tags/0' },
  ])
  expect(patched.document).toEqual({ ...event, data: { projectId: 'new', tags: ['b', 'c'] } })
  expect(patched).toHaveProperty('changes', [
    { path: '/data/projectId', before: 'old', after: 'new' },
    { path: '/data/tags', before: ['a', 'b'], after: ['b', 'c'] },
    { path: '/data/tags/0', before: 'a', after: 'b' },
  ])
  expect(event.data.projectId).toBe('old')
})

test('a patch that does not fit changes nothing and says which operation', () => {
  for (const patch of [
    [
      { op: 'replace', path: '/data/projectId', value: 'new' },
      { op: 'test', path: '/data/projectId', value: 'other' },
    ],
    [
      { op: 'add', path: '/data/x', value: 1 },
      { op: 'remove', path: '/data/nothing' },
    ],
    [
      { op: 'add', path: '/data/x', value: 1 },
      { op: 'replace', path: '/data/no/where', value: 1 },
    ],
  ] satisfies JsonPatch[]) {
    expect(applyTo(event, patch).faults?.[0]?.path).toBe('patch.1')
  }
})

test('a patch reaches neither prototypes nor constructors', () => {
  for (const path of [
    '/data/__proto__/polluted',
    '/data/constructor/prototype/polluted',
    '/__proto__/polluted',
  ]) {
    expect(applyTo(event, [{ op: 'add', path, value: true }]).faults?.[0]?.message).toContain(
      'cannot be edited',
    )
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  }
})

test('a patch that doubles a document over and over is stopped', () => {
  const bomb: JsonPatch = Array.from({ length: 50 }, (_, index) => ({
    op: 'copy',
    from: '/data',
    path: `/data/copy${index}`,
  }))
  expect(applyTo(event, bomb).faults?.[0]?.message).toBe('makes the event larger than may be')
})

test('only data and type of an event are open to edits', () => {
  const locked = lockedPaths([
    { op: 'test', path: '/source', value: '/documents' },
    { op: 'replace', path: '/tenantid', value: 'x' },
    { op: 'replace', path: '', value: {} },
    { op: 'move', from: '/id', path: '/data/id' },
    { op: 'copy', from: '/id', path: '/data/id' },
    { op: 'replace', path: '/type', value: 'io.alta.x.v1' },
    { op: 'replace', path: '/database', value: 1 },
  ])
  expect(locked.map(({ path }) => path)).toEqual([
    'patch.1.path',
    'patch.2.path',
    'patch.3.path',
    'patch.6.path',
  ])
})

test('what is no JSON Patch is refused', () => {
  for (const wrong of [[], [{ op: 'replace', path: 'data', value: 1 }], [{ op: 'become', path: '/data' }]]) {
    expect(jsonPatch.safeParse(wrong).success).toBe(false)
  }
})

test('a patch does not make a list longer than what is in it, nor reaches into texts and numbers', () => {
  const steps = [
    { op: 'replace', path: '/data/tags/length', value: 4_294_967_295 },
    { op: 'move', from: '/data/count', path: '/data/tags/length' },
    { op: 'copy', from: '/data/tags/length', path: '/data/count' },
    { op: 'remove', path: '/data/tags/length' },
    { op: 'replace', path: '/data/tags/1e3', value: 'c' },
    { op: 'replace', path: '/data/projectId/0', value: 'n' },
    { op: 'add', path: '/data/count/more', value: 1 },
    { op: 'add', path: '/data/nothing/more', value: 1 },
  ] satisfies JsonPatch
  const document = { data: { ...event.data, count: 50_000_000, nothing: null } }
  for (const step of steps) expect(applyTo(document, [step]).faults, step.path).toHaveLength(1)
})
