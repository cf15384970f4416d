import { expect, test } from 'vitest'
import { PLATFORM_TENANT, permissionsOf } from './permissions.ts'
import { may, signedIn } from './policy.ts'
import type { Principal } from './principal.ts'
import { recently } from './step-up.ts'

const now = 1_800_000_000
const principal = (authTime?: number): Principal => ({
  userId: '019a9d2e-0000-7000-8000-000000000001',
  tenantId: PLATFORM_TENANT,
  sessionId: 's',
  roles: [],
  permissions: permissionsOf([], PLATFORM_TENANT),
  token: 't',
  ...(authTime === undefined ? {} : { authTime }),
})
const policy = recently(signedIn, 300, () => now * 1000)

test('who has just proven who they are passes', () => {
  expect(policy.admit(principal(now - 300)).authTime).toBe(now - 300)
})

test.each([
  ['an older proof', principal(now - 301)],
  ['none at all, as of a key', principal()],
])('%s is answered with the challenge of RFC 9470', (_what, caller) => {
  expect(() => policy.admit(caller)).toThrow(
    expect.objectContaining({
      status: 401,
      code: 'insufficient_user_authentication',
      extensions: { maxAge: 300 },
      headers: {
        'www-authenticate': expect.stringMatching(
          /^Bearer .*error="insufficient_user_authentication".*max_age="300"$/,
        ),
      },
    }),
  )
})

test('whatever else the policy asks is asked first', () => {
  const guarded = recently(may('users:manage'))
  expect(guarded).toMatchObject({ name: 'may users:manage', permission: 'users:manage', needsToken: true })
  expect(() => guarded.admit(undefined)).toThrow(expect.objectContaining({ code: 'unauthenticated' }))
  expect(() => guarded.admit(principal())).toThrow(expect.objectContaining({ code: 'forbidden' }))
})
