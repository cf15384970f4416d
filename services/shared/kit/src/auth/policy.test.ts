import { expect, test } from 'vitest'
import { startApp } from '../http/app-under-test.ts'
import { route } from '../http/route.ts'
import { permissionsOf } from './permissions.ts'
import { anyone, may, own, type Policy, signedIn, signedInOrKey } from './policy.ts'
import type { Principal } from './principal.ts'

const principal = (...roles: string[]): Principal => ({
  userId: '019a9d2e-0000-7000-8000-000000000001',
  tenantId: '00000000-0000-7000-8000-000000000000',
  sessionId: 's',
  roles,
  permissions: permissionsOf(roles),
  token: 't',
})

test('anyone is let in, and a token is not looked at', () => {
  expect(anyone.needsToken).toBe(false)
  expect(anyone.admit(undefined)).toBeUndefined()
})

test('a stranger is 401 where somebody has to be signed in', () => {
  for (const policy of [signedIn, may('reviews:decide')]) {
    expect(() => policy.admit(undefined)).toThrow(
      expect.objectContaining({ status: 401, code: 'unauthenticated' }),
    )
  }
})

test('what needs somebody in person is refused to programs, to keys but where the route lets them', () => {
  const refused = expect.objectContaining({ status: 403, code: 'not_delegable' })
  const byKey = { ...principal('admin'), byKey: true as const }
  const delegated = { ...principal('admin'), delegated: true as const }
  for (const policy of [signedIn, own(), own('oneself or auditor')]) {
    expect(() => policy.admit(byKey)).toThrow(refused)
    expect(() => policy.admit(delegated)).toThrow(refused)
    expect(policy.admit(principal())).toEqual(principal())
  }
  expect(signedInOrKey.admit(byKey)).toBe(byKey)
  expect(() => signedInOrKey.admit(delegated)).toThrow(refused)
  expect(may('operations:read').admit(byKey)).toBe(byKey)
})

test('a missing permission is 403', () => {
  const refused = () => may('operations:read').admit(principal())
  expect(refused).toThrow(expect.objectContaining({ status: 403, code: 'forbidden' }))
  expect(may('operations:read').admit(principal('operator')).roles).toEqual(['operator'])
})

test('everybody who is signed in is a member; unknown roles grant nothing', () => {
  expect(permissionsOf([])).toEqual(permissionsOf(['member']))
  expect(permissionsOf(['root', '__proto__', 'constructor'])).toEqual(permissionsOf([]))
  expect(permissionsOf([]).has('mail-catcher:read')).toBe(false)
  expect(permissionsOf(['admin']).has('users:manage')).toBe(true)
})

test('a route answers as its policy says', async () => {
  const guarded = (path: string, policy: Policy<Principal>) =>
    route({
      method: 'get',
      path,
      summary: path,
      tag: 'tests',
      policy,
      answers: { 204: { description: 'In' } },
      handle: async () => ({ status: 204 }),
    })
  await using app = await startApp({
    routes: [guarded('/signed-in', signedIn), guarded('/operators', may('operations:read'))],
    verifyToken: async (role) => principal(role),
  })
  const status = async (path: string, token?: string) => {
    const answer = await app.call(path, token ? { headers: { authorization: `Bearer ${token}` } } : {})
    return [answer.status, answer.headers.has('www-authenticate')]
  }
  expect(await status('/signed-in')).toEqual([401, true])
  expect(await status('/signed-in', 'member')).toEqual([204, false])
  expect(await status('/operators', 'member')).toEqual([403, false])
  expect(await status('/operators', 'operator')).toEqual([204, false])
})
