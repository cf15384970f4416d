import { randomUUIDv7 } from '@alta/kit/identifiers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity()
})
afterAll(() => identity.close())

test('who has met somebody’s id is told their name and nothing else; strangers are told nothing', async () => {
  const [ann, ben] = [
    await identity.login(await identity.register()),
    await identity.login(await identity.register()),
  ]
  const path = `/api/v1/auth/names?ids=${ben.user.id},${randomUUIDv7()}`
  const { status, body } = await identity.get(path, ann.accessToken)
  expect([status, body]).toEqual([200, { items: [{ id: ben.user.id, name: ben.user.name }] }])
  expect((await identity.get(path)).status).toBe(401)
  for (const wrong of ['', '?ids=', '?ids=1', `?ids=${Array(101).fill(ben.user.id).join(',')}`]) {
    const refused = await identity.get(`/api/v1/auth/names${wrong}`, ann.accessToken)
    expect([refused.status, refused.code]).toEqual([400, 'validation_failed'])
  }
})

test('a colleague is found by their whole address, in any spelling of it; nobody else is', async () => {
  const [ann, ben] = [
    await identity.login(await identity.register()),
    await identity.login(await identity.register()),
  ]
  const find = (email: string, token?: string) =>
    identity.post('/api/v1/auth/names/by-email', { email }, token)
  const { status, body } = await find(` ${ben.user.email.toUpperCase()} `, ann.accessToken)
  expect([status, body]).toEqual([200, { id: ben.user.id, name: ben.user.name }])
  expect((await find(ben.user.email)).status).toBe(401)
  const strange = await find('nobody@example.org', ann.accessToken)
  expect([strange.status, strange.code]).toEqual([404, 'person_not_found'])
  const part = await find(ben.user.email.split('@')[0] ?? '', ann.accessToken)
  expect([part.status, part.code]).toEqual([400, 'validation_failed'])
})
