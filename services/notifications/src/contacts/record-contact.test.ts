import { userEmailChanged } from '@alta/contracts/events/user-email-changed.v1'
import { userRegistered } from '@alta/contracts/events/user-registered.v1'
import { eventOf } from '@alta/kit/testing/deliver'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, person, startNotifications } from '../notifications.fixture.ts'

let notifications: Awaited<ReturnType<typeof startNotifications>>
beforeAll(async () => {
  notifications = await startNotifications()
})
afterAll(() => notifications.close())

const contact = { name: 'Ada', locale: 'en' }
const registered = ({ userId, email }: Person) =>
  eventOf(userRegistered, { userId, email, ...contact }, { time: '2026-11-30T10:00:00.000Z' })
const changed = ({ userId }: Person, email: string, time: string) =>
  eventOf(userEmailChanged, { userId, email, ...contact }, { time })
const addressOf = async ({ userId }: Person) => {
  const { rows } = await notifications.admin.query('select email from contacts where user_id = $1', [userId])
  return rows[0]?.email
}

test('mails go to the new address once it is changed', async () => {
  const ada = person()
  await notifications.deliver(registered(ada))
  await notifications.deliver(changed(ada, 'new@example.org', '2026-11-30T11:00:00.000Z'))
  expect(await addressOf(ada)).toBe('new@example.org')
  await notifications.deliver(notifications.requested(ada))
  expect(await notifications.mailsTo(ada)).toEqual([])
  expect(await notifications.mailsTo({ ...ada, email: 'new@example.org' })).toHaveLength(1)
})

test('the address that came last counts, in whatever order the events arrive', async () => {
  const ada = person()
  await notifications.deliver(changed(ada, 'third@example.org', '2026-11-30T12:00:00.000Z'))
  await notifications.deliver(changed(ada, 'second@example.org', '2026-11-30T11:00:00.000Z'))
  await notifications.deliver(registered(ada))
  expect(await addressOf(ada)).toBe('third@example.org')
})

test('a second delivery changes nothing', async () => {
  const ada = person()
  const event = changed(ada, 'twice@example.org', '2026-11-30T12:00:00.000Z')
  expect(await notifications.deliver(event)).toBe('SUCCESS')
  expect(await notifications.deliver(event)).toBe('SUCCESS')
  expect(await addressOf(ada)).toBe('twice@example.org')
})
