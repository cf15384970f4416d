import {
  brokerEnvironment,
  databaseEnvironment,
  port,
  readConfig,
  seconds,
  secret,
  serviceEnvironment,
  text,
  url,
} from '@alta/kit/config'

export const config = readConfig('services/notifications/src/config.ts', {
  ...serviceEnvironment,
  ...databaseEnvironment,
  ...brokerEnvironment,
  SMTP_HOST: text().optional().describe('Mail server. Empty: mails go to the local catcher.'),
  SMTP_PORT: port({ default: 587 }).describe('Port of the mail server; 465 means TLS from the first byte.'),
  SMTP_USER: text().optional().describe('Account at the mail server. With one, TLS is required.'),
  SMTP_PASSWORD: secret().optional().describe('Belongs to the account.'),
  SMTP_FROM: text({
    default: 'Alta <no-reply@alta.localhost>',
    pattern: /^[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>$/,
    expected: 'a name and an address, as "Alta <alta@example.org>"',
  }).describe('Sender of every mail; its domain is also that of the Message-ID.'),
  MAIL_TOKEN_KEY: secret({ minimumLength: 32 }).describe(
    'Opens the tokens in mails about accounts; the same as that of identity.',
  ),
  SMTP_CATCHER_PORT: port()
    .optional()
    .describe('Port of a mail server inside this service that keeps mails to be read back. Empty: none.'),
  CAUGHT_MAIL_RETENTION_SECONDS: seconds({ default: 604_800, min: 60 }).describe(
    'How long the catcher keeps a mail.',
  ),
  PUBLIC_URL: url().optional().describe('Where people open Alta; mails link there. Empty: no links.'),
})

export type Config = typeof config
