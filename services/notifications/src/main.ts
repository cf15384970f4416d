// notifications: tells people by e-mail what became of their things, each message once, and at once whoever is connected.
import { identityRevocations, revocationsFrom } from '@alta/kit/auth/revocation'
import { connect } from '@alta/kit/database/database'
import { serve } from '@alta/kit/serve'
import { catcherRoutes } from './catcher/catcher.routes.ts'
import { openCatcher } from './catcher/catcher.ts'
import { forgetOldMails } from './catcher/caught-mail.repository.ts'
import { config } from './config.ts'
import type { NotificationsSchema } from './database/schema.ts'
import { openLive } from './live/live.ts'
import { configuredMailer } from './mail/configured-mailer.ts'
import { messageRoutes } from './messages/message.routes.ts'
import { sendingTracker } from './messages/sending.ts'
import { subscriptions } from './subscriptions.ts'

const database = connect<NotificationsSchema>('notifications', config)
const sending = sendingTracker()
const catcher =
  config.SMTP_CATCHER_PORT === undefined ? undefined : await openCatcher(database, config.SMTP_CATCHER_PORT)
const revocations = revocationsFrom(identityRevocations(config))
const live = await openLive(config, database, revocations)

await serve({
  appId: 'notifications',
  config,
  database,
  revocations,
  routes: [...messageRoutes(database), ...live.routes, ...(catcher ? catcherRoutes(database) : [])],
  subscriptions: subscriptions(
    {
      database,
      mailer: configuredMailer(config),
      sending,
      publicUrl: config.PUBLIC_URL,
      tokenKey: config.MAIL_TOKEN_KEY,
    },
    live.tell,
  ),
  background: [
    ...live.background,
    {
      name: 'forget old caught mails',
      everySeconds: 3600,
      run: () => database.system(({ tx }) => forgetOldMails(tx, config.CAUGHT_MAIL_RETENTION_SECONDS)),
    },
  ],
  checks: [live.check],
  onStop: async () => {
    await Promise.all([
      sending.drain(config.SHUTDOWN_SECONDS * 500),
      live.drain(config.SHUTDOWN_SECONDS * 500),
    ])
    await catcher?.close()
  },
})
