import { expect, test } from 'vitest'
import { ZodError } from 'zod'
import { publicServices } from '../routes.ts'
import { requestChecks } from '../validation/request-checks.ts'
import { routesFromDocuments } from './from-documents.ts'
import { knownRoutes } from './known-routes.ts'
import { routeTable } from './route-table.ts'

const get = { security: [{ bearer: [] }] }
const tableOf = (paths: Record<string, unknown>) =>
  routeTable(routesFromDocuments({ desk: { openapi: '3.1.0', paths } }, () => 'desk'))

test('a literal part wins over a parameter, where its route has the method', () => {
  const table = tableOf({ '/a/{id}': { get, delete: get }, '/a/open': { get }, '/a/{id}/b': { get } })
  expect(table.find('GET', '/a/open')).toMatchObject({ route: { path: '/a/open' }, params: {} })
  expect(table.find('DELETE', '/a/open')).toMatchObject({
    route: { path: '/a/{id}' },
    params: { id: 'open' },
  })
  expect(table.find('GET', '/a/open/b')).toMatchObject({
    route: { path: '/a/{id}/b' },
    params: { id: 'open' },
  })
})

test('HEAD is looked up as GET, and parts of the path stay as they are, whatever they are', () => {
  const table = tableOf({ '/a/{id}': { get } })
  expect(table.find('HEAD', '/a/caf%C3%A9')).toMatchObject({ params: { id: 'caf%C3%A9' } })
  expect(table.find('HEAD', '/a/%zz')).toMatchObject({ params: { id: '%zz' } })
})

test('a path of a known route has its methods, every other is not known', () => {
  const table = tableOf({ '/a/{id}': { get, patch: get } })
  expect(table.find('POST', '/a/7')).toEqual({ allow: ['GET', 'HEAD', 'PATCH'] })
  for (const path of ['/a', '/a/', '/a/7/b', '/', '/b/7']) expect(table.find('GET', path)).toBeUndefined()
})

test('only what says that it needs no token needs none', () => {
  const table = tableOf({ '/open': { get: { security: [] } }, '/silent': { get: {} } })
  expect(table.find('GET', '/open')).toMatchObject({ route: { policy: 'anyone' } })
  expect(table.find('GET', '/silent')).toMatchObject({ route: { policy: 'signedIn' } })
})

test('limits are those that the service declares; a cost that a limit of its own would never pass is told', () => {
  const declared = (limits: object) => tableOf({ '/a': { get: { ...get, 'x-limits': limits } } }).routes[0]
  expect(declared({ cost: 10 })).toMatchObject({ cost: 10 })
  expect(declared({ policies: ['sign-in'] })).toMatchObject({ policies: ['sign-in'] })
  for (const wrong of [
    { cost: 0 },
    { cost: 11 },
    { cost: 5, policies: ['sign-in'] },
    { policies: ['none'] },
    { price: 2 },
  ])
    expect(() => declared(wrong), JSON.stringify(wrong)).toThrow(ZodError)
})

test('one route declared by two services is a mistake that is told', () => {
  const document = { paths: { '/a': { get } } }
  const file = routesFromDocuments({ desk: document }, () => 'desk')
  expect(() => routeTable({ ...file, routes: [...file.routes, ...file.routes] })).toThrow('declared twice')
})

test('the known routes: every public service has some, and the check of each can be made', () => {
  const table = knownRoutes()
  const checks = requestChecks(table)
  for (const route of table.routes) checks.prepare(route)
  expect(new Set(table.routes.map(({ upstream }) => upstream))).toEqual(new Set(publicServices))
  const uploads = table.routes.filter(({ body }) => body === 'document' || body === 'audio')
  expect(uploads.map(({ method, path, body }) => `${method} ${path} ${body}`)).toEqual([
    'POST /api/v1/documents/{id}/versions document',
    'POST /api/v1/projects/{id}/documents document',
    'PATCH /api/v1/projects/{id}/uploads/{uploadId} document',
    'POST /api/v1/projects/{id}/voice-samples audio',
    'POST /api/v1/voice-samples/{id}/versions audio',
  ])
})
