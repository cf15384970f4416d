import fc from 'fast-check'
import { expect, test } from 'vitest'
import { knownRoutes } from '../routing/known-routes.ts'
import type { RouteEntry } from '../routing/route-entry.ts'
import type { Transformation } from '../routing/transformations.ts'
import { transformations } from '../routing/transformations.ts'
import { changeHeaders } from './change-headers.ts'
import { checkTransformations, isProtected } from './check-transformations.ts'

const route = (method: RouteEntry['method'], body: RouteEntry['body']): RouteEntry => ({
  ...{ method, path: '/a', upstream: 'desk', policy: 'anyone', body },
})
const routes = [route('GET', 'none'), route('POST', 'json'), route('PUT', 'document')]
const check = (rules: Record<string, unknown>, kept: string[] = []) =>
  checkTransformations(rules as Record<string, Transformation>, { routes, kept: new Set(kept) })
const faults = (rules: Record<string, unknown>, kept: string[] = []): string[] => {
  try {
    check(rules, kept)
    return []
  } catch (error) {
    return String(error).split('\n').slice(1)
  }
}

test('the rules that there are can be carried out', () => {
  checkTransformations(transformations, { routes: knownRoutes().routes, kept: new Set() })
})

test('all that is wrong is told at once', () => {
  const found = faults(
    {
      'GET /nothing': {},
      'GET /a': { request: { body: [] }, response: { headers: { set: { authorization: 'x' } } } },
      'PUT /a': { request: { body: [{ remove: '/a' }] } },
      'POST /a': {
        request: {
          headers: {
            rename: { 'x-a': 'x-c', 'x-b': 'x-c', 'X-D': 'x-d' },
            remove: ['connection', 'x-forwarded-for'],
            set: { 'x-text': 'a\r\nset-cookie: b' },
          },
          body: [
            { remove: '' },
            { remove: 'a' },
            { remove: '/a~2' },
            { set: '/__proto__/a', value: 1 },
            { set: '/a' },
            { rename: '/a', to: '__proto__' },
            { rename: '/a/*', to: 'b' },
            { rename: '/a/b', to: 'b' },
          ],
        },
      },
    },
    ['GET /a'],
  )
  expect(found).toEqual([
    'GET /nothing: no service has it',
    'GET /a: its answer is kept, and told without its service',
    'GET /a: request.body: it takes no body',
    'GET /a: response.headers: authorization is not to be touched',
    'PUT /a: request.body: it takes a file',
    'POST /a: request.headers: "X-D" is no name in lower case',
    'POST /a: request.headers: connection is not to be touched',
    'POST /a: request.headers: x-forwarded-for is not to be touched',
    'POST /a: request.headers: two become x-c',
    'POST /a: request.headers: the value of x-text is not plain text',
    'POST /a: request.body.0: "" is no JSON pointer to a part of the body',
    'POST /a: request.body.1: "a" is no JSON pointer to a part of the body',
    'POST /a: request.body.2: "/a~2" is no JSON pointer to a part of the body',
    'POST /a: request.body.3: __proto__ is never a field',
    'POST /a: request.body.4: there is no value',
    'POST /a: request.body.5: __proto__ is never a field',
    'POST /a: request.body.6: items of a list have no names',
    'POST /a: request.body.7: it has that name already',
  ])
})

const protectedNames = [
  'authorization',
  'cookie',
  'set-cookie',
  'host',
  'connection',
  'transfer-encoding',
  'content-length',
  'content-security-policy',
  'strict-transport-security',
  'access-control-allow-origin',
  'dapr-app-id',
  'alta-client-address',
  'x-forwarded-for',
  'x-request-id',
  'traceparent',
] as const
const names = fc.constantFrom(...protectedNames, 'x-a', 'x-b', 'idempotency-key', 'if-match')

test('whatever a rule says: it is refused, or it leaves every protected header as it was', () => {
  const rule = fc.record({
    rename: fc.dictionary(names, names, { maxKeys: 2 }),
    remove: fc.array(names, { maxLength: 2 }),
    set: fc.dictionary(names, fc.constantFrom('1', ''), { maxKeys: 2 }),
  })
  let taken = 0
  fc.assert(
    fc.property(rule, fc.dictionary(names, fc.constant('before')), (headers, sent) => {
      const isRefused = faults({ 'POST /a': { request: { headers } } }).length > 0
      if (isRefused) return
      taken++
      const after = { ...sent }
      changeHeaders(after, headers)
      for (const name of protectedNames) expect(after[name]).toBe(sent[name])
    }),
    { numRuns: 3_000 },
  )
  expect(taken).toBeGreaterThan(50)
  expect(protectedNames.filter((name) => !isProtected(name))).toEqual([])
})
