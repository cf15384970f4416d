import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { emitted } from '@alta/kit/testing/deliver'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { appToken, goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
let root: Awaited<ReturnType<TestIdentity['login']>>
beforeAll(async () => {
  identity = await startIdentity()
  root = await identity.loginAsAdmin()
})
afterAll(() => identity.close())

const path = '/api/v1/tenants'
let made = 0
const wanted = (email = `first-${++made}@example.org`) => ({
  name: `Archives ${made}`,
  administrator: { email, name: 'Grace Hopper' },
})
const tenant = z.object({
  id: z.uuid(),
  name: z.string(),
  people: z.number(),
  disabledAt: z.string().nullable(),
})
const list = z.object({ items: z.array(tenant), nextCursor: z.string().nullable() })
const create = (body: object, token = root.accessToken) => identity.post(path, body, token)
const act = (id: string, action: 'disable' | 'enable', token = root.accessToken) =>
  identity.post(`${path}/${id}/${action}`, undefined, token)
const signIn = (email: string, password = goodPassword) =>
  identity.post('/api/v1/auth/login', { email, password })
const tokenFor = async (email: string) => (await identity.mailsTo(email)).at(-1)?.token

/** A tenant whose first administrator has accepted the invitation. */
async function settled() {
  const body = wanted()
  const { id } = tenant.parse((await create(body)).body)
  const { email } = body.administrator
  const confirm = { token: await tokenFor(email), newPassword: goodPassword }
  await identity.post('/api/v1/auth/password-reset/confirm', confirm)
  return { id, email, name: body.name, ...(await identity.login(email)) }
}

test('a tenant comes with its first administrator, who is invited and sees nobody else’s people', async () => {
  const { id, email, user, accessToken } = await settled()
  expect(user).toMatchObject({ tenantId: id, roles: ['admin'], email })
  const people = await identity.get('/api/v1/users', accessToken)
  expect(people.body).toMatchObject({ items: [{ id: user.id }], nextCursor: null })
  const other = await identity.get(`/api/v1/users/${root.user.id}`, accessToken)
  expect([other.status, other.code]).toEqual([404, 'user_not_found'])
})

test('who administers a tenant may nothing with tenants, their own included', async () => {
  const { id, accessToken } = await settled()
  for (const { status, code } of [
    await identity.get(path, accessToken),
    await create(wanted(), accessToken),
    await identity.call(`${path}/${id}`, { method: 'PATCH', body: '{"name":"Ours"}' }, accessToken),
    await act(id, 'disable', accessToken),
    await act(id, 'enable', accessToken),
  ])
    expect([status, code]).toEqual([403, 'forbidden'])
})

test('an address that is taken makes no tenant', async () => {
  const before = await identity.testDatabase.admin.query('select from tenants')
  const { status, code } = await create(wanted(await identity.register()))
  expect([status, code]).toEqual([409, 'email_taken'])
  const after = await identity.testDatabase.admin.query('select from tenants')
  expect(after.rowCount).toBe(before.rowCount)
})

test('what is asked for twice with one key makes one tenant', async () => {
  const body = JSON.stringify(wanted())
  const ask = async () => {
    const answer = await fetch(identity.url + path, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'dapr-api-token': appToken,
        'idempotency-key': 'one-tenant',
        authorization: `Bearer ${root.accessToken}`,
      },
    })
    return [answer.status, tenant.parse(await answer.json()).id]
  }
  const first = await ask()
  expect(first[0]).toBe(201)
  expect(await ask()).toEqual(first)
})

test('the list comes in pages, latest first, with how many people each has; the platform’s own is the last', async () => {
  const { id } = await settled()
  const first = list.parse((await identity.get(`${path}?limit=1`, root.accessToken)).body)
  expect(first.items).toMatchObject([{ id, people: 1, disabledAt: null }])
  const rest = list.parse((await identity.get(`${path}?cursor=${first.nextCursor}`, root.accessToken)).body)
  expect(rest.items.map((each) => each.id)).not.toContain(id)
  expect(rest.items.at(-1)?.id).toBe(DEFAULT_TENANT)
})

test('a tenant is renamed, and one that is not there is not found', async () => {
  const { id } = await settled()
  const rename = (which: string, name: string) =>
    identity.call(`${path}/${which}`, { method: 'PATCH', body: JSON.stringify({ name }) }, root.accessToken)
  expect((await rename(id, 'Papers of Nice')).body).toMatchObject({ id, name: 'Papers of Nice' })
  expect((await rename(id, 'See www.example.org')).code).toBe('validation_failed')
  const nobody = crypto.randomUUID()
  for (const { code } of [
    await rename(nobody, 'X'),
    await act(nobody, 'disable'),
    await act(nobody, 'enable'),
  ])
    expect(code).toBe('tenant_not_found')
})

test('everybody of a disabled tenant is out at once: tokens, sessions, keys, mails, passwords', async () => {
  const { id, email, accessToken, refreshToken } = await settled()
  const made = await identity.post(
    '/api/v1/auth/api-keys',
    { name: 'Import', scope: ['documents:read'] },
    accessToken,
  )
  const { key } = z.object({ key: z.string() }).parse(made.body)
  const exchange = async () => (await identity.post('/private/api-keys/exchange', { key })).status
  expect(await exchange()).toBe(200)
  const guest = 'guest-of-disabled@example.org'
  await identity.post('/api/v1/users', { email: guest, name: 'Guest' }, accessToken)
  const invited = { token: await tokenFor(guest), newPassword: goodPassword }

  expect((await act(id, 'disable')).status).toBe(204)
  expect((await act(id, 'disable')).status).toBe(204)
  await identity.hearRevocations()
  expect((await identity.get('/api/v1/users', accessToken)).code).toBe('session_ended')
  expect((await identity.post('/api/v1/auth/refresh', { refreshToken })).code).toBe('invalid_refresh_token')
  expect(await exchange()).toBe(401)
  expect((await identity.post('/api/v1/auth/password-reset/confirm', invited)).code).toBe('invalid_token')
  expect((await signIn(email)).code).toBe('account_disabled')
  // Who does not know the password learns nothing.
  expect((await signIn(email, 'wrong horse battery')).code).toBe('invalid_credentials')

  const before = await identity.mailsTo(email)
  await identity.post('/api/v1/auth/password-reset', { email })
  await identity.repeat('answer requests for a new password')
  expect(await identity.mailsTo(email)).toEqual(before)
  // Others are not touched.
  expect((await identity.get('/api/v1/auth/me', root.accessToken)).status).toBe(200)
})

test('people of a tenant that is enabled again sign in anew; what has ended stays so', async () => {
  const { id, email, accessToken, refreshToken } = await settled()
  await act(id, 'disable')
  expect((await act(id, 'enable')).status).toBe(204)
  await identity.hearRevocations()
  expect((await identity.post('/api/v1/auth/refresh', { refreshToken })).status).toBe(401)
  expect((await identity.get('/api/v1/auth/me', accessToken)).status).toBe(401)
  const again = await identity.login(email)
  expect((await identity.get('/api/v1/auth/me', again.accessToken)).status).toBe(200)
})

test('of sign-ins and refreshes that are under way while a tenant is disabled, none leaves a way in', async () => {
  const { id, email, refreshToken } = await settled()
  const [disabled, ...answers] = await Promise.all([
    act(id, 'disable'),
    identity.post('/api/v1/auth/refresh', { refreshToken }),
    ...Array.from({ length: 6 }, () => signIn(email)),
  ])
  expect(disabled.status).toBe(204)
  await identity.hearRevocations()
  for (const { status, body } of answers) {
    expect(status).toBeLessThan(500)
    const got = z.object({ accessToken: z.string(), refreshToken: z.string() }).safeParse(body).data
    if (!got) continue
    expect((await identity.get('/api/v1/auth/me', got.accessToken)).code).toBe('session_ended')
    expect((await identity.post('/api/v1/auth/refresh', { refreshToken: got.refreshToken })).status).toBe(401)
  }
})

test('the tenant that runs the platform cannot be disabled', async () => {
  const { status, code } = await act(DEFAULT_TENANT, 'disable')
  expect([status, code]).toEqual([409, 'platform_tenant'])
  expect((await identity.get('/api/v1/auth/me', root.accessToken)).status).toBe(200)
})

test('what is done to tenants is in the log of those who did it, with the tenant that it was done to', async () => {
  const { id } = await settled()
  await act(id, 'disable')
  const { admin } = identity.testDatabase
  const entries = (await emitted(admin, auditRecorded)).filter(({ resources }) =>
    resources.some((each) => each.id === id),
  )
  const done = entries.map(({ action, outcome, actor }) => [action, outcome, actor?.userId])
  expect(done).toContainEqual([`POST ${path}`, 'allowed', root.user.id])
  expect(done).toContainEqual([`POST ${path}/:id/disable`, 'allowed', root.user.id])
  const { rows } = await admin.query(
    `select from outbox_events where tenant_id = $1 and topic = $2 and event like $3`,
    [id, auditRecorded.topic, `%${path}%`],
  )
  expect(rows).toEqual([])
})
