import { may, own, signedIn } from '@alta/kit/auth/policy'
import { expect, it } from 'vitest'
import { authorizationMatrix, readMatrix, undecidedRoutes } from './matrix.ts'
import { missingRoutes, type PublicRoute, publicRoutes } from './route-table.ts'

const root = new URL('../../..', import.meta.url).pathname
const at = (path: string, policy: PublicRoute['policy'], method = 'GET'): PublicRoute => ({
  app: 'documents',
  method,
  path,
  policy,
})

it('has every route of every service, each with a policy that says enough', async () => {
  const routes = await publicRoutes(root)
  expect(undecidedRoutes(routes)).toEqual([])
  const names = routes.map(({ method, path }) => `${method} ${path}`)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(
    expect.arrayContaining([
      'POST /api/v1/auth/login',
      'DELETE /api/v1/voice-samples/{id}',
      'POST /api/v1/reviews/{id}/approve',
      'POST /api/v1/monitor/services/{app}/scale',
      'GET /api/v1/tasks/{id}/events',
    ]),
  )
})

it('names a route that the gateway forwards and the table does not have', async () => {
  const routes = await publicRoutes(root)
  expect(await missingRoutes(root, routes)).toEqual([])
  const without = routes.filter(({ path }) => path !== '/oauth/token')
  expect(await missingRoutes(root, without)).toEqual([
    expect.stringMatching(/^POST \/oauth\/token is forwarded/),
  ])
})

it('names a route without a policy, and one by an id that everybody might use', () => {
  const faults = undecidedRoutes([
    // What a cast or a plain object can do, whatever the types say.
    at('/api/v1/things', undefined as unknown as PublicRoute['policy']),
    at('/api/v1/things/{id}', may('documents:read')),
    at('/api/v1/things/{id}', signedIn, 'DELETE'),
    at('/api/v1/things/{id}/parts', may('documents:read', 'project viewer')),
    at('/api/v1/queues/{id}', may('operations:read')),
  ])
  expect(faults).toEqual([
    'documents: GET /api/v1/things has no policy',
    expect.stringContaining('GET /api/v1/things/{id} is open to all'),
    expect.stringContaining('DELETE /api/v1/things/{id} is open to all'),
  ])
})

it('says who gets in, and can be read back', () => {
  const text = authorizationMatrix([
    at('/api/v1/things/{id}', may('documents:write', 'project reviewer'), 'PATCH'),
    at('/api/v1/sessions/{id}', own()),
    at('/api/v1/queues', may('operations:read')),
    at('/api/v1/users', may('users:manage')),
  ])
  const outcomes = (route: string) => [...(readMatrix(text).get(route) ?? [])].map(([, outcome]) => outcome)
  expect(outcomes('PATCH /api/v1/things/{id}').join(' ')).toBe('401 404 403 in in in 404 in 404')
  expect(outcomes('GET /api/v1/sessions/{id}').join(' ')).toBe('401 404 404 404 in 404 404 404 404')
  expect(outcomes('GET /api/v1/queues').join(' ')).toBe('401 403 403 403 403 403 in in 403')
  expect(outcomes('GET /api/v1/users').join(' ')).toBe('401 403 403 403 403 403 403 in in')
  expect([...(readMatrix(text).get('GET /api/v1/queues') ?? [])].at(0)).toEqual(['nobody', '401'])
})
