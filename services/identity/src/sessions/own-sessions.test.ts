import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import { emitted } from '@alta/kit/testing/deliver'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity()
})
afterAll(() => identity.close())

const path = '/api/v1/auth/sessions'
const page = z.object({
  items: z.array(z.looseObject({ id: z.uuid(), current: z.boolean(), lastUsedAt: z.string() })),
  nextCursor: z.string().nullable(),
})
const list = async (accessToken: string, query = '') =>
  page.parse((await identity.get(path + query, accessToken)).body)
const remove = (id: string, accessToken?: string) =>
  fetch(`${identity.url}${path}/${id}`, {
    method: 'DELETE',
    headers: {
      'dapr-api-token': 'app-token-for-tests',
      ...(accessToken ? { authorization: `Bearer ${accessToken}` } : {}),
    },
  })

test('people see where they are signed in, from where and since when, and which of them it is', async () => {
  const email = await identity.register()
  const login = { email, password: goodPassword }
  const from = { address: '192.0.2.7', userAgent: 'Firefox' }
  await identity.post('/api/v1/auth/login', login, undefined, from)
  const { accessToken } = await identity.login(email)
  const { items } = await list(accessToken)
  expect(items.map(({ current }) => current)).toEqual([true, false])
  expect(items[1]).toMatchObject({
    address: '192.0.2.7',
    userAgent: 'Firefox',
    createdAt: expect.any(String),
    expiresAt: expect.any(String),
  })
})

test('a refresh says when and from where a session was used last', async () => {
  const email = await identity.register()
  const { accessToken, refreshToken } = await identity.login(email)
  const [before] = (await list(accessToken)).items
  await identity.post('/api/v1/auth/refresh', { refreshToken }, undefined, { address: '2001:db8::7' })
  const [after] = (await list(accessToken)).items
  expect(after).toMatchObject({ id: before?.id, address: '2001:db8::7' })
  expect(Date.parse(after?.lastUsedAt ?? '')).toBeGreaterThan(Date.parse(before?.lastUsedAt ?? ''))
})

test('one session is ended from another, and its refresh token with it', async () => {
  const email = await identity.register()
  const [here, there] = [await identity.login(email), await identity.login(email)]
  const id = (await list(here.accessToken)).items.find(({ current }) => !current)?.id ?? expect.fail()
  expect((await remove(id, here.accessToken)).status).toBe(204)
  expect((await identity.get('/api/v1/auth/me', there.accessToken)).code).toBe('session_ended')
  const refresh = await identity.post('/api/v1/auth/refresh', { refreshToken: there.refreshToken })
  expect([refresh.status, refresh.code]).toEqual([401, 'invalid_refresh_token'])
  expect((await list(here.accessToken)).items).toHaveLength(1)
  expect((await remove(id, here.accessToken)).status).toBe(404)
  await identity.refresh(here.refreshToken)
})

test('signing out everywhere else leaves this session alone', async () => {
  const email = await identity.register()
  await identity.login(email)
  await identity.login(email)
  const other = await identity.login(await identity.register())
  const { accessToken, refreshToken } = await identity.login(email)
  expect((await identity.post(`${path}/end-others`, undefined, accessToken)).status).toBe(204)
  expect((await list(accessToken)).items.map(({ current }) => current)).toEqual([true])
  await identity.refresh(refreshToken)
  await identity.refresh(other.refreshToken)
})

test('somebody else’s session is not there: it is neither seen nor ended', async () => {
  const ada = await identity.login(await identity.register())
  const eve = await identity.login(await identity.register())
  const id = (await list(ada.accessToken)).items[0]?.id ?? expect.fail()
  expect((await list(eve.accessToken)).items.map((one) => one.id)).not.toContain(id)
  const [foreign, unknown] = [
    await remove(id, eve.accessToken),
    await remove(crypto.randomUUID(), eve.accessToken),
  ]
  const told = async (answer: Response) => ({ ...Object(await answer.json()), requestId: '' })
  expect([foreign.status, await told(foreign)]).toEqual([unknown.status, await told(unknown)])
  expect(foreign.status).toBe(404)
  await identity.refresh(ada.refreshToken)
})

test('the list comes in pages', async () => {
  const email = await identity.register()
  await identity.login(email)
  await identity.login(email)
  const { accessToken } = await identity.login(email)
  const first = await list(accessToken, '?limit=2')
  const second = await list(accessToken, `?limit=2&cursor=${first.nextCursor}`)
  expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 1, null])
})

test('with a session that has ended, and without one, nothing is seen or ended', async () => {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  await identity.post('/api/v1/auth/logout', undefined, accessToken)
  expect((await identity.get(path, accessToken)).code).toBe('session_ended')
  expect((await identity.post(`${path}/end-others`, undefined, accessToken)).code).toBe('session_ended')
  expect((await remove(crypto.randomUUID(), accessToken)).status).toBe(401)
  expect((await identity.get(path)).status).toBe(401)
  expect((await identity.post(`${path}/end-others`)).status).toBe(401)
  expect((await remove(crypto.randomUUID())).status).toBe(401)
})

test('the end of a session is in the audit log, with its id', async () => {
  const email = await identity.register()
  await identity.login(email)
  const { accessToken, user } = await identity.login(email)
  const id = (await list(accessToken)).items.find(({ current }) => !current)?.id ?? expect.fail()
  await remove(id, accessToken)
  const entries = await emitted(identity.testDatabase.admin, auditRecorded)
  expect(entries.at(-1)).toMatchObject({
    action: 'DELETE /api/v1/auth/sessions/:id',
    outcome: 'allowed',
    actor: { userId: user.id },
    resources: [{ name: 'id', id }],
  })
})
