import { randomUUIDv7 } from '@alta/kit/identifiers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Person, person, startNotifications } from '../notifications.fixture.ts'

let notifications: Awaited<ReturnType<typeof startNotifications>>
let ada: Person
beforeAll(async () => {
  notifications = await startNotifications()
  ada = person()
  await notifications.deliver(notifications.registered(ada))
  for (const title of ['first', 'second', 'third']) {
    await notifications.deliver(notifications.requested(ada, { parameters: { title } }))
  }
})
afterAll(() => notifications.close())

describe('GET /api/v1/notifications', () => {
  it('shows own messages, newest first, page by page', async () => {
    const first = await notifications.get(ada, '/notifications?limit=2')
    expect(first.status).toBe(200)
    expect(first.body.items).toMatchObject([
      {
        subject: 'Approved: third',
        status: 'sent',
        attempts: 1,
        email: ada.email,
        template: 'item-approved',
      },
      { subject: 'Approved: second' },
    ])
    const next = await notifications.get(ada, `/notifications?limit=2&cursor=${first.body.nextCursor}`)
    expect(next.body).toMatchObject({ items: [{ subject: 'Approved: first' }], nextCursor: null })
  })

  it('shows nobody else’s', async () => {
    expect((await notifications.get(person('eve'), '/notifications')).body.items).toEqual([])
  })

  it('refuses strangers and bad input', async () => {
    expect((await notifications.get(undefined, '/notifications')).status).toBe(401)
    expect((await notifications.get(ada, '/notifications?limit=0')).body.code).toBe('validation_failed')
    expect((await notifications.get(ada, '/notifications?cursor=nonsense')).body.code).toBe('invalid_cursor')
  })
})

describe('GET /api/v1/notifications/caught', () => {
  it('shows people the mails to their own address', async () => {
    const { body } = await notifications.get(ada, `/notifications/caught?to=${ada.email}&limit=2`)
    expect(body.items).toMatchObject([
      {
        to: [ada.email],
        from: 'no-reply@alta.test',
        subject: 'Approved: third',
        text: expect.stringContaining('third'),
      },
      { subject: 'Approved: second' },
    ])
    const next = await notifications.get(ada, `/notifications/caught?limit=2&cursor=${body.nextCursor}`)
    expect(next.body).toMatchObject({ items: [{ subject: 'Approved: first' }], nextCursor: null })
  })

  it('refuses another person’s address, and shows nothing to whom it does not know', async () => {
    const eve = person('eve')
    expect((await notifications.get(eve, `/notifications/caught?to=${ada.email}`)).body.items).toEqual([])
    await notifications.deliver(notifications.registered(eve))
    const { status, body } = await notifications.get(eve, `/notifications/caught?to=${ada.email}`)
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect((await notifications.get(eve, '/notifications/caught')).body.items).toEqual([])
    expect((await notifications.get(undefined, '/notifications/caught')).status).toBe(401)
  })

  it('shows none to a key that is for other things', async () => {
    const { status, body } = await notifications.get(
      { ...ada, scope: ['documents:read'] },
      '/notifications/caught',
    )
    expect([status, body.code]).toEqual([403, 'forbidden'])
    const own = await notifications.get({ ...ada, scope: ['notifications:read'] }, '/notifications/caught')
    expect(own.status).toBe(200)
  })

  it('shows all of them to operators', async () => {
    const operator = person('operator', ['operator'])
    expect((await notifications.get(operator, '/notifications/caught')).body.items).toHaveLength(3)
    // Mails have no tenant, and another tenant's operator runs no platform.
    const elsewhere = { ...operator, tenantId: randomUUIDv7() }
    expect((await notifications.get(elsewhere, '/notifications/caught')).body.items).toEqual([])
    const { body } = await notifications.get(operator, `/notifications/caught?to=${ada.email.toUpperCase()}`)
    expect(body.items).toHaveLength(3)
  })

  it('shows a mail that was sent twice twice', async () => {
    const bob = person('bob')
    const envelope = {
      messageId: '019a9d2e-0000-7000-8000-000000000007',
      to: { name: 'Bob', email: bob.email },
    }
    const mail = { subject: 'twice', text: 'twice', html: '<p>twice</p>' }
    await notifications.mailer.send(envelope, mail)
    await notifications.mailer.send(envelope, mail)
    expect(await notifications.mailsTo(bob)).toHaveLength(2)
  })
})
