import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EventContract } from '@alta/contracts/event'
import { accountMailSendRequested } from '@alta/contracts/events/account-mail-send-requested.v1'
import { emailSendRequested } from '@alta/contracts/events/email-send-requested.v1'
import { userRegistered } from '@alta/contracts/events/user-registered.v1'
import { type Permission, permissionsOf } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { createApp } from '@alta/kit/http/app'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { createTestDatabase } from '@alta/kit/testing/database'
import { deliverTo, emitted, eventOf } from '@alta/kit/testing/deliver'
import type { z } from 'zod'
import { catcherRoutes } from './catcher/catcher.routes.ts'
import { CATCHER_HOST, openCatcher } from './catcher/catcher.ts'
import type { NotificationsSchema } from './database/schema.ts'
import { tellChanges } from './live/tell-changes.ts'
import { type Mailer, smtpMailer } from './mail/mailer.ts'
import { messageRoutes } from './messages/message.routes.ts'
import { sendingTracker } from './messages/sending.ts'
import { subscriptions } from './subscriptions.ts'

export const tokenKey = 'only-for-tests-only-for-tests-only'

export interface Person {
  readonly userId: string
  readonly email: string
  readonly roles: readonly string[]
  /** The default one unless told. */
  readonly tenantId?: string
  /** Of an API key; no other permissions are left then. */
  readonly scope?: readonly Permission[]
}

export const person = (name = 'ada', roles: readonly string[] = []): Person => {
  const userId = randomUUIDv7()
  return { userId, email: `${name}.${userId.slice(-8)}@example.org`, roles }
}

async function principalOf(token: string): Promise<Principal> {
  const {
    userId,
    roles,
    tenantId = DEFAULT_TENANT,
    scope,
  } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Person
  return {
    userId,
    tenantId,
    sessionId: 'test',
    roles,
    permissions: scope ? new Set(scope) : permissionsOf(roles, tenantId),
    token,
  }
}

/** The service on a real PostgreSQL, with its catcher on a real port as the mail server. */
export async function startNotifications() {
  const test = await createTestDatabase<NotificationsSchema>(
    'notifications',
    new URL('./database/migrations/', import.meta.url),
  )
  const { database, admin } = test
  const catcher = await openCatcher(database, 0)
  const from = 'Alta <no-reply@alta.test>'
  const mailer = smtpMailer({ host: CATCHER_HOST, port: catcher.port, from })
  const app = createApp({
    appId: 'notifications',
    appToken: 'a token of the sidecar',
    routes: [...messageRoutes(database), ...catcherRoutes(database)],
    verifyToken: principalOf,
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo

  return {
    admin,
    mailer,
    catcher,
    emitted: <Data>(contract: EventContract<Data>) => emitted(admin, contract),

    /** @param through another mail server than the catcher */
    deliver: (event: ReturnType<typeof eventOf>, through: Mailer = mailer) =>
      deliverTo(
        database,
        subscriptions(
          {
            database,
            mailer: through,
            sending: sendingTracker(),
            publicUrl: 'http://alta.test',
            tokenKey,
          },
          tellChanges({ tell: async () => undefined }),
        ),
      )(event),

    registered: ({ userId, email }: Person, locale = 'en', name = 'Ada') =>
      eventOf(userRegistered, { userId, email, name, locale }),

    requested: (to: Person, more: Partial<z.input<typeof emailSendRequested.schema>> = {}) =>
      eventOf(emailSendRequested, {
        messageId: randomUUIDv7(),
        recipient: { userId: to.userId },
        template: 'item-approved',
        parameters: { title: 'A letter', kind: 'document', itemId: 'item-1' },
        ...more,
      }),

    accountMail: (
      { userId, email }: Person,
      more: Pick<z.output<typeof accountMailSendRequested.schema>, 'template' | 'parameters'>,
    ) =>
      eventOf(accountMailSendRequested, {
        messageId: randomUUIDv7(),
        recipient: { userId, email, name: 'Ada' },
        ...more,
      }),

    /** Mails in the catcher to one person, oldest first. */
    async mailsTo({ email }: Person) {
      const { rows } = await admin.query(
        'select message_id, sender, subject, text, html from caught_mails where $1 = any(recipients) order by id',
        [email.toLowerCase()],
      )
      return rows as { message_id: string; sender: string; subject: string; text: string; html: string }[]
    },

    async messageOf(to: Person) {
      const { rows } = await admin.query('select * from messages where user_id = $1', [to.userId])
      return rows[0] as { status: string; attempts: number; detail: string | null; subject: string | null }
    },

    async get(who: Person | undefined, path: string) {
      const token = who && Buffer.from(JSON.stringify(who)).toString('base64url')
      const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
        headers: {
          'dapr-api-token': 'a token of the sidecar',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
      })
      // Tests look into answers freely; each expectation says what must be there.
      return { status: response.status, body: JSON.parse(await response.text()) }
    },

    async close() {
      await new Promise((resolve) => server.close(resolve))
      await catcher.close()
      await test.close()
    },
  }
}
