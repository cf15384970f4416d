import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import { emitted } from '@alta/kit/testing/deliver'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity({ SIGN_IN_FAILURES_PER_ADDRESS: 12 })
})
afterAll(() => identity.close())
beforeEach(() => identity.testDatabase.admin.query('truncate failed_attempts'))

interface Try {
  email: string
  password?: string
  address?: string
  device?: string
  remember?: boolean
}
const signIn = ({ email, password = goodPassword, address, device, remember }: Try) =>
  identity.post(
    '/api/v1/auth/login',
    { email, password, deviceToken: device, rememberDevice: remember },
    undefined,
    address ? { address } : {},
  )
/** @returns the statuses */
async function guess(times: number, attempt: Omit<Try, 'password'>) {
  const statuses: number[] = []
  for (let count = 0; count < times; count += 1) {
    statuses.push((await signIn({ ...attempt, password: `wrong guess ${count}` })).status)
  }
  return statuses
}
/** As if everything so far had happened that long ago. */
const age = (seconds: number) =>
  identity.testDatabase.admin.query(
    'update failed_attempts set last_failed_at = last_failed_at - make_interval(secs => $1)',
    [seconds],
  )
/** Stops the clock of all waits, so that a slow machine does not sit them out: `age` lets it go on. */
const hold = () => age(-3600)
const counted = async (scope: string) => {
  const { rows } = await identity.testDatabase.admin.query<{ failures: number }>(
    'select failures from failed_attempts where scope = $1',
    [scope],
  )
  return rows.map(({ failures }) => failures)
}
let [hosts, homes] = [0, 0]
const elsewhere = () => `203.0.113.${++hosts}`
const home = () => `198.51.100.${++homes}`

test('after five wrong passwords the next attempt waits, the right one too, twice as long each time', async () => {
  const email = await identity.register()
  const address = elsewhere()
  expect(await guess(5, { email, address })).toEqual([401, 401, 401, 401, 401])
  await hold()
  const refused = await signIn({ email, address })
  expect([refused.status, refused.code, refused.retryAfter]).toEqual([429, 'too_many_attempts', 1])
  await age(3601)
  expect(await guess(1, { email, address })).toEqual([401])
  await hold()
  expect((await signIn({ email, address })).retryAfter).toBe(2)
  await age(3602)
  expect((await signIn({ email, address })).status).toBe(200)
})

test('a refused attempt is not counted: waiting never gets longer by asking', async () => {
  const email = await identity.register()
  const address = elsewhere()
  await guess(5, { email, address })
  await hold()
  expect(await guess(20, { email, address })).toEqual(Array(20).fill(429))
  expect(await counted('pair')).toEqual([5])
})

test('a refused attempt costs no hash', async () => {
  const email = await identity.register()
  const address = elsewhere()
  const begun = performance.now()
  await guess(5, { email, address })
  const hashed = (performance.now() - begun) / 5
  await hold()
  const middle = performance.now()
  await guess(20, { email, address })
  expect((performance.now() - middle) / 20).toBeLessThan(hashed / 2)
})

test('a success begins the count of the pair anew', async () => {
  const email = await identity.register()
  const address = elsewhere()
  await guess(4, { email, address })
  expect((await signIn({ email, address })).status).toBe(200)
  expect(await guess(5, { email, address })).toEqual([401, 401, 401, 401, 401])
})

test('of fifty guesses at once no more are tried than are hashed at the same time', async () => {
  const email = await identity.register()
  const address = elsewhere()
  await guess(5, { email, address })
  // The next failure makes it a matter of minutes.
  await identity.testDatabase.admin.query('update failed_attempts set failures = 12')
  await age(3600)
  const guesses = Array.from({ length: 50 }, (_, count) =>
    signIn({ email, address, password: `guess ${count}` }),
  )
  const tried = (await Promise.all(guesses)).filter(({ status }) => status === 401)
  expect(tried.length).toBeGreaterThanOrEqual(1)
  // PASSWORD_HASHES_AT_ONCE is 2: one more may be under way when the first is counted.
  expect(tried.length).toBeLessThanOrEqual(2)
})

test('an IPv6 caller has one count for all addresses of its network', async () => {
  const email = await identity.register()
  for (let count = 0; count < 5; count += 1) await guess(1, { email, address: `2001:db8:7:7::${count}` })
  await hold()
  expect((await signIn({ email, address: '2001:db8:7:7:ffff::1' })).status).toBe(429)
  expect((await signIn({ email, address: '2001:db8:7:8::1' })).status).toBe(200)
})

test('a victim signs in where they always do while an attacker guesses from everywhere', async () => {
  const email = await identity.register()
  const address = home()
  await signIn({ email, address })
  for (let bot = 0; bot < 11; bot += 1) await guess(5, { email, address: elsewhere() })
  // The account has reached its 50 by now: strangers wait, wherever they come from.
  await hold()
  expect((await signIn({ email, address: elsewhere() })).status).toBe(429)
  expect((await signIn({ email, address })).status).toBe(200)
  await age(3600 + 61)
  expect((await signIn({ email, address: elsewhere() })).status).toBe(200)
}, 120_000)

test('a victim’s device signs in although an attacker guesses at the same address', async () => {
  const email = await identity.register()
  const address = home()
  const { body } = await signIn({ email, address, remember: true })
  const device = z.object({ deviceToken: z.string() }).parse(body).deviceToken
  await guess(5, { email, address })
  await hold()
  expect((await signIn({ email, address })).status).toBe(429)
  const again = await signIn({ email, address, device, remember: true })
  expect(again.status).toBe(200)
  expect(Object(again.body).deviceToken).toBeUndefined()
  // Its own mistakes count, in a row of their own.
  await guess(5, { email, address: elsewhere(), device })
  await hold()
  expect((await signIn({ email, address, device })).status).toBe(429)
})

test('the token of one user’s device is worth nothing for another account', async () => {
  const [mallory, ada] = [await identity.register(), await identity.register()]
  const { body } = await signIn({ email: mallory, address: home(), remember: true })
  const { deviceToken } = z.object({ deviceToken: z.string() }).parse(body)
  const address = elsewhere()
  await guess(5, { email: ada, address })
  await hold()
  expect((await signIn({ email: ada, address, device: deviceToken })).status).toBe(429)
})

test('one password tried on many accounts from one address runs into the count of the address', async () => {
  const spray = async (count: number) =>
    (await signIn({ email: `sprayed-${count}@example.org`, password: 'Summer2026!', address: '192.0.2.99' }))
      .status
  const statuses: number[] = []
  for (let count = 0; count < 12; count += 1) statuses.push(await spray(count))
  expect(statuses).toEqual(Array(12).fill(401))
  await hold()
  expect(await spray(13)).toBe(429)
  // Signing in to an account of one's own takes nothing back.
  await age(3601)
  const email = await identity.register()
  expect((await signIn({ email, address: '192.0.2.99' })).status).toBe(200)
  expect(await spray(20)).toBe(401)
  await hold()
  expect((await signIn({ email, address: '192.0.2.99' })).retryAfter).toBe(2)
})

test('an unknown account is answered as a known one at every step', async () => {
  const known = await identity.register()
  const answersFor = async (email: string) => {
    const answers: unknown[] = []
    const address = elsewhere()
    for (let count = 0; count < 7; count += 1) {
      if (count === 5) await hold()
      const { status, code, retryAfter, body } = await signIn({ email, password: 'not this one', address })
      answers.push({ status, code, retryAfter, body: { ...Object(body), requestId: '' } })
    }
    return answers
  }
  expect(await answersFor('nobody-here@example.org')).toEqual(await answersFor(known))
})

test('counters name nobody, and are forgotten', async () => {
  const email = await identity.register()
  await guess(5, { email, address: '192.0.2.55' })
  await guess(1, { email: 'somebody@example.org', address: '192.0.2.56' })
  const { rows } = await identity.testDatabase.admin.query('select * from failed_attempts')
  expect(JSON.stringify(rows)).not.toMatch(/example|192\.0/)

  const forget = () => identity.repeat('forget failed attempts')
  await forget()
  expect((await counted('pair')).sort()).toEqual([1, 5])
  await age(3601)
  await forget()
  expect(await counted('pair')).toEqual([5])
  await age(86_400)
  await forget()
  expect(await counted('pair')).toEqual([])
})

test('a user has at most twenty known devices, and those that are not used are forgotten', async () => {
  const { admin } = identity.testDatabase
  const email = await identity.register()
  for (let count = 0; count < 22; count += 1) await signIn({ email, address: home(), remember: true })
  const clients = async () =>
    (
      await admin.query<{ kind: string; count: number }>(
        `select known_clients.kind, count(*)::int from known_clients join users on users.id = user_id
         where email = $1 group by known_clients.kind order by known_clients.kind`,
        [email],
      )
    ).rows
  expect(await clients()).toEqual([
    { kind: 'address', count: 20 },
    { kind: 'device', count: 20 },
  ])
  await admin.query(`update known_clients set last_used_at = now() - interval '91 days'`)
  await identity.repeat('forget unused clients')
  expect(await clients()).toEqual([])
}, 120_000)

test('a guess that has to wait is in the audit log as denied', async () => {
  const email = await identity.register()
  const address = elsewhere()
  await guess(5, { email, address })
  await hold()
  await guess(3, { email, address })
  const entries = (await emitted(identity.testDatabase.admin, auditRecorded)).filter(
    (entry) => entry.address === address,
  )
  expect(entries.map(({ outcome, code }) => [outcome, code])).toEqual([
    ['denied', 'invalid_credentials'],
    ['denied', 'too_many_attempts'],
  ])
})

test('whoever holds a stolen session cannot guess the password with it', async () => {
  const email = await identity.register()
  const { accessToken } = await identity.login(email)
  const path = '/api/v1/auth/change-password'
  const change = { currentPassword: 'not that one', newPassword: 'another horse battery staple' }
  for (let count = 0; count < 5; count += 1) {
    expect((await identity.post(path, change, accessToken)).status).toBe(403)
  }
  await hold()
  expect((await identity.post(path, change, accessToken)).status).toBe(429)
  await age(3601)
  const right = { ...change, currentPassword: goodPassword }
  expect((await identity.post(path, right, accessToken)).status).toBe(204)
})
