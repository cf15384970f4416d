import {
  brokerEnvironment,
  databaseEnvironment,
  integer,
  port,
  readConfig,
  redisEnvironment,
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
  ...redisEnvironment,
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
  LIVE_HOST: text({ default: '127.0.0.1' }).describe('Address of the port for live updates.'),
  LIVE_PORT: port({ default: 3001 }).describe('Port for WebSockets. Only the gateway gets in there.'),
  LIVE_EDGE_KEY: secret({ minimumLength: 32 }).describe(
    'By it the gateway proves that a WebSocket comes from it; the same as that of gateway.',
  ),
  LIVE_KEPT_CHANGES: integer({ default: 10_000, min: 10, max: 1_000_000 }).describe(
    'Changes remembered for those who come back; whoever missed more is told to look at everything anew.',
  ),
  LIVE_CONNECTIONS: integer({ default: 5_000, min: 1 }).describe('WebSockets of this replica.'),
  LIVE_CONNECTIONS_PER_USER: integer({ default: 10, min: 1 }).describe(
    'WebSockets of one person at this replica.',
  ),
  LIVE_MESSAGES_PER_SECOND: integer({ default: 5, min: 1 }).describe(
    'Messages and pings of one WebSocket; twice as many at once.',
  ),
  LIVE_BUFFER_BYTES: integer({ default: 262_144, min: 1_024 }).describe(
    'What may wait for a client that reads too slowly, before it is dropped.',
  ),
  PUBLIC_URL: url().optional().describe('Where people open Alta; mails link there. Empty: no links.'),
})

export type Config = typeof config
