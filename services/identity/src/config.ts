import {
  brokerEnvironment,
  databaseEnvironment,
  integer,
  readConfig,
  seconds,
  secret,
  serviceEnvironment,
  text,
  url,
} from '@alta/kit/config'

const days = 86_400

export const config = readConfig('services/identity/src/config.ts', {
  ...serviceEnvironment,
  ...databaseEnvironment,
  ...brokerEnvironment,
  IDENTITY_KEY_ENCRYPTION_KEY: secret({ minimumLength: 32 }).describe(
    'Encrypts the private signing keys and second factors in the database (openssl rand -base64 32). To change it, put the new one before the old one, with a space between: what the old one has encrypted is read, and encrypted anew.',
  ),
  MAIL_TOKEN_KEY: secret({ minimumLength: 32 }).describe(
    'Encrypts the tokens in mails about accounts on their way to notifications, which has the same key.',
  ),
  IDENTITY_ADMIN_EMAILS: text({ default: '' }).describe(
    'Comma-separated addresses that get the role admin once they are confirmed, in the platform’s own tenant. Empty: nobody does.',
  ),
  IDENTITY_PUBLIC_URL: url({ default: 'http://localhost:8080' }).describe(
    'The gateway as callers see it; the discovery document points there.',
  ),
  ACCESS_TOKEN_SECONDS: seconds({ default: 600, min: 30, max: 3600 }).describe('Life of an access token.'),
  SESSION_SECONDS: seconds({ default: 30 * days, min: 60, max: 365 * days }).describe(
    'Absolute end of a session, however often its tokens were refreshed.',
  ),
  REFRESH_GRACE_SECONDS: seconds({ default: 5, max: 60 }).describe(
    'How long the token before the current one still yields the current one, for callers that refresh twice at once. 0: any second use ends the session.',
  ),
  SIGNING_KEY_DAYS: integer({ default: 90, min: 1, max: 3650 }).describe(
    'Age at which a signing key is replaced.',
  ),
  SIGN_IN_FAILURES_PER_ADDRESS: integer({ default: 100, min: 5, max: 1_000_000 }).describe(
    'Wrong passwords from one address, over all accounts, after which its next attempts have to wait. Raise it where many people share one address.',
  ),
  PASSWORD_HASHES_AT_ONCE: integer({ default: 2, min: 1, max: 64 }).describe(
    'Passwords hashed at the same time; each takes 46 MiB of memory and one core.',
  ),
  PASSWORD_HASHES_WAITING: integer({ default: 64, min: 0, max: 10_000 }).describe(
    'Sign-ins that may wait for their turn; more are answered 503.',
  ),
})

export type Config = typeof config
