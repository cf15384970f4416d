import { emailFailed } from '@alta/contracts/events/email-failed.v1'
import { emailSent } from '@alta/contracts/events/email-sent.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { sealToken } from '@alta/kit/sealed-token'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CATCHER_HOST } from '../catcher/catcher.ts'
import { type Mailer, smtpMailer } from '../mail/mailer.ts'
import { person, startNotifications, tokenKey } from '../notifications.fixture.ts'

let notifications: Awaited<ReturnType<typeof startNotifications>>
beforeAll(async () => {
  notifications = await startNotifications()
})
afterAll(() => notifications.close())

/** What the outbox says about one message. */
async function eventsAbout(event: { data?: unknown }) {
  const { messageId } = event.data as { messageId: string }
  const about = <Data extends { messageId: string }>(all: Data[]) =>
    all.filter((one) => one.messageId === messageId)
  return {
    sent: about(await notifications.emitted(emailSent)),
    failed: about(await notifications.emitted(emailFailed)),
  }
}

/** The same event under another inbox key: stands for the retry of a parked message without the wait. */
const again = (event: ReturnType<typeof notifications.requested>) => ({
  ...event,
  source: `/retry-${randomUUIDv7()}`,
})

it('sends a mail in the recipient’s language and tells so', async () => {
  const ada = person()
  await notifications.deliver(notifications.registered(ada, 'fr'))
  const event = notifications.requested(ada)
  await notifications.deliver(event)

  const [mail] = await notifications.mailsTo(ada)
  const { messageId } = event.data as { messageId: string }
  expect(mail).toMatchObject({
    message_id: `<${messageId}@alta.test>`,
    sender: 'no-reply@alta.test',
    subject: 'Approuvé : A letter',
  })
  expect(mail?.text).toContain('http://alta.test/documents/item-1')
  expect(mail?.html).toContain('<p>Bonjour Ada,</p>')
  expect(await notifications.messageOf(ada)).toMatchObject({ status: 'sent', attempts: 1 })
  expect((await eventsAbout(event)).sent).toEqual([{ messageId, attempts: 1 }])
})

it('sends once for two deliveries and for two events with one message id', async () => {
  const ada = person()
  await notifications.deliver(notifications.registered(ada))
  const event = notifications.requested(ada)
  await notifications.deliver(event)
  await notifications.deliver(event)
  await notifications.deliver({ ...event, id: randomUUIDv7() })
  expect(await notifications.mailsTo(ada)).toHaveLength(1)
  expect((await eventsAbout(event)).sent).toHaveLength(1)
})

it('writes to the address in the request when the person is not known yet', async () => {
  const ada = person()
  const recipient = { userId: ada.userId, email: ada.email, name: 'Ada' }
  await notifications.deliver(notifications.requested(ada, { recipient, template: 'welcome' }))
  expect(await notifications.mailsTo(ada)).toMatchObject([{ subject: 'Welcome to Alta' }])
})

it('opens a sealed token for the mail alone, and sends to the address that identity named', async () => {
  const ada = person()
  await notifications.deliver(notifications.registered({ ...ada, email: `old.${ada.email}` }))
  const sealedToken = sealToken(tokenKey, 'the-secret-token')
  const event = notifications.accountMail(ada, {
    template: 'reset-password',
    parameters: { locale: 'fr', sealedToken },
  })
  await notifications.deliver(event)
  const [mail] = await notifications.mailsTo(ada)
  expect(mail?.text).toContain('http://alta.test/reset-password#token=the-secret-token')
  for (const table of ['messages', 'inbox_messages', 'outbox_events']) {
    const { rows } = await notifications.admin.query(`select * from ${table}`)
    expect(JSON.stringify(rows)).not.toContain('the-secret-token')
  }
})

it('keeps a token that another key has sealed until both services have the same', async () => {
  const ada = person()
  const sealedToken = sealToken('x'.repeat(32), 'the-secret-token')
  const event = notifications.accountMail(ada, { template: 'verify-email', parameters: { sealedToken } })
  await notifications.deliver(event)
  expect(await notifications.mailsTo(ada)).toEqual([])
  expect(await notifications.messageOf(ada)).toMatchObject({ status: 'queued', attempts: 0 })
})

it('waits for the address of a person who is not known yet', async () => {
  const ada = person()
  const event = notifications.requested(ada)
  await notifications.deliver(event)
  expect(await notifications.messageOf(ada)).toMatchObject({ status: 'queued', attempts: 0 })

  await notifications.deliver(notifications.registered(ada))
  await notifications.deliver(again(event))
  expect(await notifications.mailsTo(ada)).toHaveLength(1)
  expect(await notifications.messageOf(ada)).toMatchObject({ status: 'sent', attempts: 1 })
})

it('lets no title and no name add a header', async () => {
  const ada = person()
  await notifications.deliver(notifications.registered(ada, 'en', 'Ada\r\nBcc: evil@example.org'))
  const parameters = { title: 'x\r\nBcc: evil@example.org\r\n\r\nbody' }
  await notifications.deliver(notifications.requested(ada, { parameters }))
  expect(await notifications.mailsTo(ada)).toMatchObject([
    { subject: 'Approved: x Bcc: evil@example.org body' },
  ])
  expect(await notifications.mailsTo({ ...ada, email: 'evil@example.org' })).toEqual([])
})

/** A mail server that refuses every recipient with one reply. */
async function refusing(responseCode: number): Promise<{ mailer: Mailer; close(): Promise<void> }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error('not you'), { responseCode })),
  })
  await new Promise<void>((resolve) => server.listen(0, CATCHER_HOST, resolve))
  const { port } = server.server.address() as { port: number }
  return {
    mailer: smtpMailer({ host: CATCHER_HOST, port, from: 'Alta <no-reply@alta.test>' }),
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

it('fails for good, with the server’s words, when the recipient is refused', async () => {
  const ada = person()
  await notifications.deliver(notifications.registered(ada))
  const event = notifications.requested(ada)
  const server = await refusing(550)
  await notifications.deliver(event, server.mailer)
  await server.close()

  expect(await notifications.messageOf(ada)).toMatchObject({ status: 'failed', attempts: 1 })
  const { failed, sent } = await eventsAbout(event)
  expect(failed).toMatchObject([{ attempts: 1, detail: expect.stringContaining('not you') }])
  expect(sent).toEqual([])
})

it('tries again when the server is busy or away, under the same Message-ID', async () => {
  const ada = person()
  await notifications.deliver(notifications.registered(ada))
  const event = notifications.requested(ada)
  const server = await refusing(451)
  await notifications.deliver(event, server.mailer)
  await server.close()
  expect(await notifications.messageOf(ada)).toMatchObject({ status: 'retried', attempts: 1 })
  await notifications.deliver(again(event), server.mailer)
  expect(await notifications.messageOf(ada)).toMatchObject({ status: 'retried', attempts: 2 })
  expect((await eventsAbout(event)).failed).toEqual([])

  await notifications.deliver(again(event))
  expect(await notifications.messageOf(ada)).toMatchObject({ status: 'sent', attempts: 3, detail: null })
  const { messageId } = event.data as { messageId: string }
  expect(await notifications.mailsTo(ada)).toMatchObject([{ message_id: `<${messageId}@alta.test>` }])
  expect((await eventsAbout(event)).sent).toEqual([{ messageId, attempts: 3 }])
})

it('does not send again what an attempt had sent before it died', async () => {
  const ada = person()
  await notifications.deliver(notifications.registered(ada))
  const event = notifications.requested(ada)
  await notifications.deliver(event)
  // As after a crash between the note that it was sent and the commit that tells the others.
  await notifications.deliver(again(event))
  expect(await notifications.mailsTo(ada)).toHaveLength(1)
})

it('repeats what had failed when a copy asks for it, and what was sent never', async () => {
  const ada = person()
  await notifications.deliver(notifications.registered(ada))
  const replayfor = 'notifications'
  const event = notifications.requested(ada)
  const server = await refusing(550)
  await notifications.deliver(event, server.mailer)
  await server.close()
  await notifications.deliver({ ...again(event), replayfor, replayid: randomUUIDv7() })
  await notifications.deliver({ ...again(event), replayfor, replayid: randomUUIDv7() })
  expect(await notifications.mailsTo(ada)).toHaveLength(1)
})

it('sends nothing for a muted replay, neither what was sent nor what failed nor what was never tried', async () => {
  const ada = person()
  await notifications.deliver(notifications.registered(ada))
  const muted = () => ({ replayfor: 'notifications', replayid: randomUUIDv7(), effects: 'muted' }) as const
  const sent = notifications.requested(ada)
  await notifications.deliver(sent)
  const failed = notifications.requested(ada)
  const server = await refusing(550)
  await notifications.deliver(failed, server.mailer)
  await server.close()
  const neverTried = notifications.requested(ada)
  for (const event of [sent, failed, neverTried]) {
    expect(await notifications.deliver({ ...event, ...muted() })).toBe('SUCCESS')
  }
  expect(await notifications.mailsTo(ada)).toHaveLength(1)
  // The same in a replay whose effects are live: what was never sent leaves, once.
  for (const event of [sent, failed, neverTried, neverTried]) {
    const { effects: _muted, ...live } = muted()
    await notifications.deliver({ ...event, ...live })
  }
  expect(await notifications.mailsTo(ada)).toHaveLength(3)
})

it('sends nothing for a request that follows from a muted replay elsewhere', async () => {
  const ada = person()
  await notifications.deliver(notifications.registered(ada))
  await notifications.deliver({ ...notifications.requested(ada), effects: 'muted' })
  expect(await notifications.mailsTo(ada)).toEqual([])
  expect(await notifications.messageOf(ada)).toBeUndefined()
})
