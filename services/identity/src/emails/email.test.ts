import { userEmailChanged } from '@alta/contracts/events/user-email-changed.v1'
import { emitted } from '@alta/kit/testing/deliver'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity()
})
afterAll(() => identity.close())

const auth = '/api/v1/auth'
const verify = (accessToken: string, token: string) =>
  identity.post(`${auth}/verify-email`, { token }, accessToken)
const me = async (accessToken: string) => (await identity.get(`${auth}/me`, accessToken)).body
const lastToken = async (email: string): Promise<string> =>
  (await identity.mailsTo(email)).at(-1)?.token ?? expect.fail(`no mail with a token to ${email}`)

test('an address is confirmed by the token of the welcome mail, once', async () => {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  expect(await me(accessToken)).toMatchObject({ emailVerified: false })
  const token = await lastToken(email)
  expect((await verify(accessToken, token)).status).toBe(204)
  expect(await me(accessToken)).toMatchObject({ emailVerified: true })
  expect(await verify(accessToken, token)).toMatchObject({ status: 403, code: 'invalid_token' })
})

test('who has not found the mail gets another, three an hour at most, and none once it is confirmed', async () => {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  const resend = () => identity.post(`${auth}/verify-email/resend`, undefined, accessToken)
  expect([(await resend()).status, (await resend()).status]).toEqual([202, 202])
  expect(await resend()).toMatchObject({ status: 429, code: 'too_many_mails' })
  expect(await identity.mailsTo(email)).toHaveLength(3)
  expect((await verify(accessToken, await lastToken(email))).status).toBe(204)
  expect((await resend()).status).toBe(202)
  expect(await identity.mailsTo(email)).toHaveLength(3)
  expect((await identity.post(`${auth}/verify-email/resend`)).status).toBe(401)
})

test('an address of the administrators gives the role once it is confirmed, and not before', async () => {
  const email = await identity.register('root@example.org')
  const { accessToken, user } = await identity.login(email)
  expect(user.roles).toEqual(['member'])
  expect((await verify(accessToken, await lastToken(email))).status).toBe(204)
  expect((await identity.login(email)).user.roles).toEqual(['member', 'admin'])
})

test('whoever registers with somebody else’s address does not become them when the owner opens the link', async () => {
  const email = await identity.register('squatted@example.org')
  const squatter = await identity.login(email)
  const owner = await identity.login(await identity.register())
  const token = await lastToken(email)
  expect((await identity.post(`${auth}/verify-email`, { token })).status).toBe(401)
  expect(await verify(owner.accessToken, token)).toMatchObject({ status: 403, code: 'invalid_token' })
  expect(await me(squatter.accessToken)).toMatchObject({ emailVerified: false })
  // And is not spent by them either.
  expect((await verify(squatter.accessToken, token)).status).toBe(204)
})

test('a reset by mail proves the address too', async () => {
  const email = await identity.register('ops@example.org')
  await identity.post(`${auth}/password-reset`, { email })
  await identity.repeat('answer requests for a new password')
  const reset = { token: await lastToken(email), newPassword: 'another horse battery staple' }
  expect((await identity.post(`${auth}/password-reset/confirm`, reset)).status).toBe(204)
  const { user, accessToken } = await identity.login(email, reset.newPassword)
  expect(user.roles).toEqual(['member', 'admin'])
  expect(await me(accessToken)).toMatchObject({ emailVerified: true })
})

test('a token is good for its own purpose alone', async () => {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  const token = await lastToken(email)
  const reset = { token, newPassword: 'another horse battery staple' }
  for (const [path, body] of [
    [`${auth}/password-reset/confirm`, reset],
    [`${auth}/change-email/confirm`, { token }],
  ] as const) {
    expect(await identity.post(path, body, accessToken)).toMatchObject({ status: 403, code: 'invalid_token' })
  }
  expect((await verify(accessToken, token)).status).toBe(204)
})

/** Asks for another address. */
async function change(accessToken: string, email: string, password = goodPassword) {
  return identity.post(`${auth}/change-email`, { email, password }, accessToken)
}
const confirmChange = (accessToken: string, token: string) =>
  identity.post(`${auth}/change-email/confirm`, { token }, accessToken)

test('another address counts once its token comes back; the old one is told, and the others are', async () => {
  const email = await identity.register()
  const next = `next.${email}`
  const { accessToken, user } = await identity.login(email)
  expect((await change(accessToken, next.toUpperCase())).status).toBe(202)
  await identity.login(email)
  expect((await identity.post(`${auth}/login`, { email: next, password: goodPassword })).status).toBe(401)

  expect((await confirmChange(accessToken, await lastToken(next))).status).toBe(204)
  await identity.login(next)
  expect((await identity.post(`${auth}/login`, { email, password: goodPassword })).status).toBe(401)
  expect(await me(accessToken)).toMatchObject({ email: next, emailVerified: true })
  expect((await identity.mailsTo(email)).at(-1)).toEqual({ template: 'email-changed', token: undefined })
  expect(await emitted(identity.testDatabase.admin, userEmailChanged)).toEqual([
    { userId: user.id, email: next, name: 'Ada', locale: 'en' },
  ])
})

test('what lies in the old mailbox opens nothing after the change', async () => {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  await identity.post(`${auth}/password-reset`, { email })
  await identity.repeat('answer requests for a new password')
  const tokens = (await identity.mailsTo(email)).flatMap(({ token }) => token ?? [])
  expect(tokens).toHaveLength(2)
  await change(accessToken, `next.${email}`)
  expect((await confirmChange(accessToken, await lastToken(`next.${email}`))).status).toBe(204)
  for (const token of tokens) {
    expect((await verify(accessToken, token)).status).toBe(403)
    const reset = { token, newPassword: 'another horse battery staple' }
    expect((await identity.post(`${auth}/password-reset/confirm`, reset)).status).toBe(403)
  }
})

test('a new address is confirmed by who asked for it alone', async () => {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  const other = await identity.login(await identity.register())
  await change(accessToken, `next.${email}`)
  const token = await lastToken(`next.${email}`)
  expect(await confirmChange(other.accessToken, token)).toMatchObject({ status: 403, code: 'invalid_token' })
  expect((await confirmChange(accessToken, token)).status).toBe(204)
})

test('without the password nobody changes the address', async () => {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  const answer = await change(accessToken, `next.${email}`, 'not that one')
  expect([answer.status, answer.code]).toEqual([403, 'wrong_password'])
  expect(await identity.mailsTo(`next.${email}`)).toEqual([])
})

test('an address that has an account is answered alike, and refused to who reads its mails', async () => {
  const [ada, eve] = [await identity.register(), await identity.register()]
  const { accessToken } = await identity.login(eve)
  expect((await change(accessToken, ada)).status).toBe(202)
  expect(await confirmChange(accessToken, await lastToken(ada))).toMatchObject({
    status: 409,
    code: 'email_taken',
  })
  expect(await me(accessToken)).toMatchObject({ email: eve })
})

test('what was used or revoked counts as a mail that was sent', async () => {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  for (const next of [`1.${email}`, `2.${email}`, `3.${email}`]) {
    expect((await change(accessToken, next)).status).toBe(202)
    expect((await confirmChange(accessToken, await lastToken(next))).status).toBe(204)
  }
  expect((await change(accessToken, `4.${email}`)).code).toBe('too_many_mails')
  expect(await identity.mailsTo(`4.${email}`)).toEqual([])
})

test('one address is sent three an hour, whoever asks, and however many at once', async () => {
  const stranger = 'flooded@example.org'
  const tokens: string[] = []
  for (let count = 0; count < 5; count++)
    tokens.push((await identity.login(await identity.register())).accessToken)
  const answers = await Promise.all(tokens.map((accessToken) => change(accessToken, stranger)))
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 202, 429, 429])
  expect(await identity.mailsTo(stranger)).toHaveLength(3)
})

test('what is over is removed an hour after it was sent, and not before', async () => {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  const token = await lastToken(email)
  expect((await verify(accessToken, token)).status).toBe(204)
  const left = async () => {
    await identity.repeat('remove expired tokens of mails')
    const found = 'select 1 from mail_tokens where email = $1'
    return (await identity.testDatabase.admin.query(found, [email])).rows.length
  }
  expect(await left()).toBe(1)
  const age = `update mail_tokens set created_at = now() - interval '61 minutes' where email = $1`
  await identity.testDatabase.admin.query(age, [email])
  expect(await left()).toBe(0)
})

test('of two who want one address, one gets it', async () => {
  const wanted = 'wanted@example.org'
  const claims: [string, string][] = []
  for (const email of [await identity.register(), await identity.register()]) {
    const { accessToken } = await identity.login(email)
    await change(accessToken, wanted)
    claims.push([accessToken, await lastToken(wanted)])
  }
  const answers = await Promise.all(claims.map((claim) => confirmChange(...claim)))
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
})
