import { setTimeout as delay } from 'node:timers/promises'
import { userRegistered } from '@alta/contracts/events/user-registered.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { repeatedly } from '@alta/kit/repeatedly'
import { eventOf } from '@alta/kit/testing/deliver'
import { eventually } from '@alta/kit/testing/wait'
import pg from 'pg'
import type { Drill, Scene } from '../drill.ts'
import { burning } from '../support/objectives.ts'
import { openChannel } from './broker.ts'

export const messageDrills: readonly Drill[] = [
  {
    what: 'events that break their contract, and some that are no events, come to `notifications` and `reviews`',
    expects: [
      { alert: 'DaprDropsMessages', speed: 12 },
      { alert: 'InboxFailed', speed: 12, labels: { job: 'notifications' } },
      { alert: 'HandlerErrors', speed: 12, labels: { job: 'notifications', topic: userRegistered.topic } },
      { alert: 'DeadLettersGrowing', speed: 60, labels: { app_id: 'notifications' } },
      { alert: 'DeadLettersUnattended', speed: 4_320 },
    ],
    begin: sendBroken,
  },
  {
    what: 'the mail server refuses mails',
    expects: [{ alert: 'MailFailing', speed: 12 }],
    async begin({ admin, roleOf }, broken) {
      const role = pg.escapeIdentifier(roleOf('notifications'))
      // The local catcher is the mail server, and this is where it keeps them.
      const mails = 'insert on notifications.caught_mails'
      broken.defer(async () => void (await admin.query(`grant ${mails} to ${role}`)))
      await admin.query(`revoke ${mails} from ${role}`)
    },
  },
  {
    what: 'an operator pauses the handlers of `ocr` for five minutes',
    lasts: 320,
    expects: [
      { alert: 'InboxParked', speed: 12, labels: { job: 'ocr' } },
      { alert: 'ItemsOverdue', speed: 12, labels: { kind: 'document' } },
      ...burning('UploadsNotReady', { afterwards: true }),
    ],
    async begin({ operator, people }, broken) {
      const readings = async (order: 'pause' | 'resume') => {
        const handler = 'ocr/handlers/document.ocr-requested.v1'
        const { status, body } = await operator.insist('POST', `/api/v1/monitor/services/${handler}/${order}`)
        if (status >= 400) throw new Error(`${handler} does not ${order}: ${JSON.stringify(body)}`)
      }
      broken.defer(() => {
        people.uploading = true
      })
      broken.defer(() => readings('resume'))
      await readings('pause')
      await people.uploadMany(60)
      // What comes later would be read in time after all, and hide these.
      people.uploading = false
    },
  },
  {
    what: 'somebody changes an entry of the audit log',
    expects: [{ alert: 'AuditChainBroken' }],
    begin: forge,
  },
]

async function sendBroken(scene: Scene, broken: AsyncDisposableStack): Promise<void> {
  broken.defer(() => discardAll(scene))
  const channel = broken.use(await openChannel(scene))
  const sending = repeatedly({
    name: 'send broken events',
    everySeconds: 1,
    run: async () => {
      const person = { userId: randomUUIDv7(), email: 'broken@example.org', name: 'Grace', locale: 'en' }
      const event = { ...eventOf(userRegistered, person), data: { ...person, name: 7 } }
      const kind = { contentType: 'application/cloudevents+json' }
      channel.publish(userRegistered.topic, '', Buffer.from(JSON.stringify(event)), kind)
      channel.publish('project.created.v1', '', Buffer.from('{"specversion":"1.0"'), kind)
    },
  })
  broken.defer(() => sending.stop())
}

async function discardAll({ operator }: Scene): Promise<void> {
  await eventually(
    'no dead letter is open',
    async () => {
      const { body } = await operator.call('GET', '/api/v1/dead-letters?status=open&limit=100')
      for (const { id } of body.items) await operator.call('POST', `/api/v1/dead-letters/${id}/discard`, {})
      // Each is a task, which takes its time.
      if (body.items.length > 0) await delay(3_000)
      return body.items.length === 0
    },
    120,
  )
}

/** The newest entry, which no anchor vouches for yet. */
async function forge({ admin }: Scene, broken: AsyncDisposableStack): Promise<void> {
  const { rows } = await admin.query<{ sequence: string; entry: string }>(
    `select sequence, entry from events.audit_entries where outcome = 'allowed' order by sequence desc limit 1`,
  )
  const [newest] = rows
  if (!newest) throw new Error('the audit log is empty')
  const write = async (entry: string) => {
    const values = [newest.sequence, entry]
    await admin.query('alter table events.audit_entries disable trigger append_only')
    await admin
      .query('update events.audit_entries set entry = $2 where sequence = $1', values)
      .finally(() => admin.query('alter table events.audit_entries enable trigger append_only'))
  }
  broken.defer(() => write(newest.entry))
  await write(newest.entry.replaceAll('"outcome":"allowed"', '"outcome":"denied"'))
}
