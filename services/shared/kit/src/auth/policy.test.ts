import { expect, test } from 'vitest'
import { startApp } from '../http/app-under-test.ts'
import { route } from '../http/route.ts'
import { neededFor, permissionInWords } from './attributes.ts'
import { PLATFORM_TENANT, permissionsOf } from './permissions.ts'
import { anyone, may, own, type Policy, signedIn, signedInOrKey } from './policy.ts'
import type { Principal } from './principal.ts'

const principal = (...roles: string[]): Principal => ({
  userId: '019a9d2e-0000-7000-8000-000000000001',
  tenantId: PLATFORM_TENANT,
  sessionId: 's',
  roles,
  permissions: permissionsOf(roles, PLATFORM_TENANT),
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
  const granted = (...roles: string[]) => permissionsOf(roles, PLATFORM_TENANT)
  expect(granted()).toEqual(granted('member'))
  expect(granted('root', '__proto__', 'constructor')).toEqual(granted())
  expect(granted().has('mail-catcher:read')).toBe(false)
  expect(granted('admin').has('users:manage')).toBe(true)
})

test('what all tenants share is for people of the platform’s own, whatever roles others have', () => {
  const tenantId = '019a9d2e-0000-7000-8000-000000000009'
  const roles = ['admin', 'operator']
  const elsewhere = { ...principal(...roles), tenantId, permissions: permissionsOf(roles, tenantId) }
  for (const permission of [
    'operations:read',
    'operations:write',
    'mail-catcher:read',
    'tenants:manage',
  ] as const) {
    expect(may(permission).admit(principal('admin')).userId).toBe(elsewhere.userId)
    expect(() => may(permission).admit(elsewhere)).toThrow(
      expect.objectContaining({
        status: 403,
        code: 'forbidden',
        message: expect.stringContaining('counts in the tenant that runs the platform alone'),
      }),
    )
  }
  for (const permission of ['users:manage', 'audit:read', 'projects:any'] as const)
    expect(may(permission).admit(elsewhere)).toBe(elsewhere)
})

test('what is told to be needed says of which roles it is, and where they count', () => {
  expect(permissionInWords('users:manage')).toBe('the permission users:manage (of the role admin)')
  expect(neededFor('task starter')).toBe(
    'to have started the task; or the permission operations:write (of the role operator or admin, in the tenant that runs the platform)',
  )
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
