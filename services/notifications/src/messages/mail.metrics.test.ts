import { metricValue } from '@alta/kit/testing/metrics'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MailRefused } from '../mail/mailer.ts'
import { person, startNotifications } from '../notifications.fixture.ts'

let notifications: Awaited<ReturnType<typeof startNotifications>>
beforeAll(async () => {
  notifications = await startNotifications()
})
afterAll(() => notifications.close())

const mails = (outcome: string) => metricValue(`alta_mails_total{outcome="${outcome}"}`)

it('counts mails by what came of them, from zero on', async () => {
  expect([await mails('sent'), await mails('refused'), await mails('retried')]).toEqual([0, 0, 0])
  const ada = person()
  await notifications.deliver(notifications.registered(ada))
  await notifications.deliver(notifications.requested(ada))
  const refusing = { send: () => Promise.reject(new MailRefused('550 no such user')) }
  await notifications.deliver(notifications.requested(ada), refusing)
  const away = { send: () => Promise.reject(new Error('connect ECONNREFUSED')) }
  await notifications.deliver(notifications.requested(ada), away)
  expect([await mails('sent'), await mails('refused'), await mails('retried')]).toEqual([1, 1, 1])
  expect(await metricValue('alta_mail_send_seconds_count')).toBe(3)
})
