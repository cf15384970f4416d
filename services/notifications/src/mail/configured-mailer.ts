import { CATCHER_HOST } from '../catcher/catcher.ts'
import type { Config } from '../config.ts'
import { type Mailer, smtpMailer } from './mailer.ts'

/**
 * The mail server of the settings, or the local catcher when none is named.
 * @throws {Error} when there is neither
 */
export function configuredMailer(settings: Config): Mailer {
  const { SMTP_HOST, SMTP_PORT, SMTP_USER, SMTP_PASSWORD, SMTP_FROM, SMTP_CATCHER_PORT } = settings
  if (SMTP_HOST !== undefined) {
    return smtpMailer({
      host: SMTP_HOST,
      port: SMTP_PORT,
      user: SMTP_USER,
      password: SMTP_PASSWORD,
      from: SMTP_FROM,
    })
  }
  if (SMTP_CATCHER_PORT === undefined)
    throw new Error('set SMTP_HOST, or SMTP_CATCHER_PORT to keep mails here')
  return smtpMailer({ host: CATCHER_HOST, port: SMTP_CATCHER_PORT, from: SMTP_FROM })
}
