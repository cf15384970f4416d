import { emailSendRequested } from '@alta/contracts/events/email-send-requested.v1'
import { userRegistered } from '@alta/contracts/events/user-registered.v1'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { emitted } from '@alta/kit/testing/deliver'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity()
})
afterAll(() => identity.close())

const path = '/api/v1/auth/register'
const ada = { email: 'ada@example.org', password: goodPassword, name: 'Ada Lovelace' }

test('signing up answers the user and tells the others in the same transaction', async () => {
  const answer = await identity.post(path, { ...ada, locale: 'fr' })
  expect(answer.status).toBe(201)
  const user = {
    id: expect.any(String),
    tenantId: DEFAULT_TENANT,
    email: ada.email,
    name: ada.name,
    locale: 'fr',
    roles: ['member'],
    emailVerified: false,
  }
  expect(answer.body).toEqual({ user: { ...user, createdAt: expect.any(String) } })

  const { admin } = identity.testDatabase
  const registered = await emitted(admin, userRegistered)
  expect(registered).toEqual([{ userId: expect.any(String), email: ada.email, name: ada.name, locale: 'fr' }])
  expect(await emitted(admin, emailSendRequested)).toMatchObject([
    { template: 'welcome', recipient: { userId: registered[0]?.userId, email: ada.email, name: ada.name } },
  ])
})

test.each([' ADA@Example.ORG ', 'ａｄａ@example.org'])(
  '%s is the same address: 409 and no event',
  async (email) => {
    const answer = await identity.post(path, { ...ada, email })
    expect([answer.status, answer.code]).toEqual([409, 'email_taken'])
    expect(await emitted(identity.testDatabase.admin, userRegistered)).toHaveLength(1)
  },
)

test('one of twenty who register one address at once gets it', async () => {
  const body = { ...ada, email: 'wanted@example.org' }
  const answers = await Promise.all(Array.from({ length: 20 }, () => identity.post(path, body)))
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(1)
  expect(statuses.filter((status) => status === 409)).toHaveLength(19)
})

test('nobody becomes an administrator by registering, neither with a listed address nor by asking', async () => {
  const admin = await identity.post(path, { ...ada, email: 'root@example.org' })
  expect(admin.body).toMatchObject({ user: { roles: ['member'] } })
  const asking = {
    ...ada,
    email: 'eve@example.org',
    roles: ['admin'],
    tenantId: crypto.randomUUID(),
    id: '1',
  }
  expect((await identity.post(path, asking)).body).toMatchObject({ user: { roles: ['member'] } })
})

test.each([
  ['no e-mail', { email: undefined }, 'body.email'],
  ['something that is no address', { email: 'ada' }, 'body.email'],
  ['an address with a NUL', { email: 'a\0da@example.org' }, 'body.email'],
  ['a wrong type', { email: { $ne: null } }, 'body.email'],
  ['a short password', { password: 'k7#mWq2' }, 'body.password'],
  ['a password of 1,025 bytes', { password: `${'é'.repeat(512)}x` }, 'body.password'],
  ['a password that everybody tries', { password: 'Password123' }, 'body.password'],
  ['a password of one letter', { password: 'aaaaaaaaaaaa' }, 'body.password'],
  ['a broken character', { password: 'abcdefgh\ud800' }, 'body.password'],
  ['a name of nothing', { name: '  ' }, 'body.name'],
  ['a name with a line break', { name: 'Ada\r\nBcc: all@example.org' }, 'body.name'],
  ['a link for a name', { name: 'Your account is locked: https://evil.example' }, 'body.name'],
  ['a bare host for a name', { name: 'see WWW.evil.example' }, 'body.name'],
  ['an odd locale', { locale: '../../etc' }, 'body.locale'],
])('%s is refused with the field that is wrong', async (_what, changes, field) => {
  const answer = await identity.post(path, { ...ada, email: 'new@example.org', ...changes })
  expect([answer.status, answer.code]).toEqual([400, 'validation_failed'])
  expect(answer.body).toMatchObject({ errors: [{ path: field }] })
  expect(JSON.stringify(answer.body)).not.toContain('Password123')
})

test('a repeated request with its Idempotency-Key gets the first answer again', async () => {
  const send = (changes: object) =>
    fetch(identity.url + path, {
      method: 'POST',
      headers: {
        'dapr-api-token': 'app-token-for-tests',
        'content-type': 'application/json',
        'idempotency-key': 'k',
      },
      body: JSON.stringify({ ...ada, email: 'twice@example.org', ...changes }),
    })
  const first = await send({})
  const second = await send({})
  expect([first.status, second.status]).toEqual([201, 201])
  expect(await second.json()).toEqual(await first.json())
  expect((await send({ name: 'Other' })).status).toBe(422)
})

test('no password is stored readably, in no table', async () => {
  const { rows } = await identity.testDatabase.admin.query<{ password_hash: string }>(
    'select password_hash from credentials',
  )
  expect(rows.length).toBeGreaterThan(0)
  for (const { password_hash } of rows) expect(password_hash).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$/)
  const kept = await identity.testDatabase.admin.query('select event from outbox_events')
  expect(JSON.stringify(kept.rows)).not.toContain(goodPassword)
})
