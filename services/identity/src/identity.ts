import { type RevocationSource, type Revocations, revocationsFrom } from '@alta/kit/auth/revocation'
import type { KeySource } from '@alta/kit/auth/tokens'
import type { Database } from '@alta/kit/database/database'
import type { HealthCheck } from '@alta/kit/health/health'
import type { Route } from '@alta/kit/http/route'
import type { Repetition } from '@alta/kit/repeatedly'
import { apiKeyRoutes } from './api-keys/api-key.routes.ts'
import { apiKeyService } from './api-keys/api-key.service.ts'
import { attemptGuard } from './attempts/attempt-guard.ts'
import { forgetUnusedClients } from './attempts/known-client.repository.ts'
import type { Config } from './config.ts'
import type { IdentitySchema } from './database/schema.ts'
import { emailRoutes } from './emails/email.routes.ts'
import { emailService } from './emails/email.service.ts'
import { accessTokens } from './keys/access-token.ts'
import { encryptAnew } from './keys/encrypt-anew.ts'
import { keyRoutes } from './keys/key.routes.ts'
import { keyring } from './keys/keyring.ts'
import { ownKeys } from './keys/own-keys.ts'
import { encryptionKeys } from './keys/sealer.ts'
import { accountMails } from './mail-tokens/account-mails.ts'
import { removeExpiredMailTokens } from './mail-tokens/mail-token.repository.ts'
import { oauth } from './oauth/oauth.ts'
import { accountRoutes } from './pages/account.routes.ts'
import { assetRoutes } from './pages/asset.routes.ts'
import { formTokens } from './pages/form.ts'
import { signInSteps } from './pages/sign-in-steps.ts'
import { hashingQueue } from './passwords/hashing-queue.ts'
import { passwordRoutes } from './passwords/password.routes.ts'
import { passwordService } from './passwords/password.service.ts'
import { passwordResetService } from './passwords/password-reset.service.ts'
import { passwords as passwordsOf } from './passwords/passwords.ts'
import { removeOldRevocations, revokedSince } from './revocations/revocation.repository.ts'
import { revocationRoutes } from './revocations/revocation.routes.ts'
import { removeExpiredChallenges } from './second-factors/challenge.repository.ts'
import { secondFactorRoutes } from './second-factors/second-factor.routes.ts'
import { secondFactorService } from './second-factors/second-factor.service.ts'
import { serviceAccountRoutes } from './service-accounts/service-account.routes.ts'
import { serviceAccountService } from './service-accounts/service-account.service.ts'
import { ownSessionsRoutes } from './sessions/own-sessions.routes.ts'
import { ownSessionsService } from './sessions/own-sessions.service.ts'
import { secondStepRoutes } from './sessions/second-step.routes.ts'
import { secondStepService } from './sessions/second-step.service.ts'
import { removeExpiredSessions } from './sessions/session.repository.ts'
import { sessionRoutes } from './sessions/session.routes.ts'
import { sessionService } from './sessions/session.service.ts'
import { tenantRoutes } from './tenants/tenant.routes.ts'
import { tenantService } from './tenants/tenant.service.ts'
import { managedUserRoutes } from './users/managed-user.routes.ts'
import { managedUserService } from './users/managed-user.service.ts'
import { nameRoutes } from './users/name.routes.ts'
import { userRoutes } from './users/user.routes.ts'
import { normalisedEmail } from './users/user.schema.ts'
import { userService } from './users/user.service.ts'

export type IdentitySettings = Pick<
  Config,
  | 'ACCESS_TOKEN_SECONDS'
  | 'IDENTITY_ADMIN_EMAILS'
  | 'IDENTITY_KEY_ENCRYPTION_KEY'
  | 'IDENTITY_PUBLIC_URL'
  | 'MAIL_TOKEN_KEY'
  | 'PASSWORD_HASHES_AT_ONCE'
  | 'PASSWORD_HASHES_WAITING'
  | 'REFRESH_GRACE_SECONDS'
  | 'SESSION_SECONDS'
  | 'SIGN_IN_FAILURES_PER_ADDRESS'
  | 'SIGNING_KEY_DAYS'
  | 'TOKEN_AUDIENCE'
  | 'TOKEN_ISSUER'
>

export interface Identity {
  routes: Route[]
  /** The service's own keys, for its own routes: it needs no network to verify what it signed. */
  keySource: KeySource
  /** The same for tokens that have ended before their time. */
  revocations: Revocations
  checks: HealthCheck[]
  background: Repetition[]
}

/** Puts the service together on a database. */
export function identity(database: Database<IdentitySchema>, config: IdentitySettings): Identity {
  const [secret] = encryptionKeys(config.IDENTITY_KEY_ENCRYPTION_KEY)
  const passwords = passwordsOf(
    hashingQueue({ atOnce: config.PASSWORD_HASHES_AT_ONCE, waiting: config.PASSWORD_HASHES_WAITING }),
  )
  const guard = attemptGuard({
    database,
    secret,
    failuresPerAddress: config.SIGN_IN_FAILURES_PER_ADDRESS,
  })
  const keys = keyring({
    database,
    secret: config.IDENTITY_KEY_ENCRYPTION_KEY,
    replaceAfterDays: config.SIGNING_KEY_DAYS,
  })
  const tokens = accessTokens({
    keys,
    issuer: config.TOKEN_ISSUER,
    audience: config.TOKEN_AUDIENCE,
    lifetime: config.ACCESS_TOKEN_SECONDS,
  })
  const addresses = { admin: addressesIn(config.IDENTITY_ADMIN_EMAILS) }
  const mails = accountMails(config.MAIL_TOKEN_KEY)
  const users = userService({
    database,
    passwords,
    mails,
  })
  const passwordChanges = passwordService({ database, passwords, guard, mails })
  const resets = passwordResetService({ database, passwords, guard, mails, addresses })
  const emails = emailService({ database, passwords: passwordChanges, mails, addresses })
  const sessions = sessionService({
    database,
    passwords,
    guard,
    tokens,
    mails,
    lifetime: config.SESSION_SECONDS,
    grace: config.REFRESH_GRACE_SECONDS,
  })
  const factors = secondFactorService({
    database,
    guard,
    secret: config.IDENTITY_KEY_ENCRYPTION_KEY,
    mails,
  })
  const secondStep = secondStepService({
    database,
    guard,
    tokens,
    passwords: passwordChanges,
    factors,
    mails,
    lifetime: config.SESSION_SECONDS,
  })

  const steps = signInSteps({ sessions, secondStep })
  const provider = oauth({
    database,
    keys,
    steps,
    forms: formTokens(secret),
    publicUrl: config.IDENTITY_PUBLIC_URL,
    settings: {
      issuer: config.TOKEN_ISSUER,
      audience: config.TOKEN_AUDIENCE,
      secrets: encryptionKeys(config.IDENTITY_KEY_ENCRYPTION_KEY),
      accessTokenLifetime: config.ACCESS_TOKEN_SECONDS,
      sessionLifetime: config.SESSION_SECONDS,
      grace: config.REFRESH_GRACE_SECONDS,
    },
  })

  const apiKeys = apiKeyService({ database, tokens, mails })

  const lifetime = config.ACCESS_TOKEN_SECONDS + CLOCKS_DIFFER_SECONDS
  const revoked: RevocationSource = (after) => database.system(({ tx }) => revokedSince(tx, after, lifetime))

  return {
    routes: [
      ...userRoutes(users),
      ...nameRoutes(database),
      ...passwordRoutes(passwordChanges, resets),
      ...emailRoutes(emails),
      ...sessionRoutes(sessions),
      ...secondStepRoutes(secondStep),
      ...secondFactorRoutes(factors),
      ...ownSessionsRoutes(ownSessionsService(database)),
      ...managedUserRoutes(managedUserService(database, mails)),
      ...tenantRoutes(tenantService(database, mails)),
      ...apiKeyRoutes(apiKeys),
      ...serviceAccountRoutes(serviceAccountService(database), apiKeys),
      ...revocationRoutes(revoked),
      ...keyRoutes(keys),
      ...provider.routes,
      ...accountRoutes({ sessions, steps, resets, emails }),
      ...assetRoutes,
    ],
    keySource: ownKeys(keys),
    revocations: revocationsFrom(revoked),
    // Makes the first key, and finds out when the encryption key is not the one the stored keys need.
    checks: [{ name: 'signing-keys', check: async () => ({ kid: (await keys.current()).kid }) }],
    background: [
      ...provider.background,
      ...encryptAnew(database, config.IDENTITY_KEY_ENCRYPTION_KEY),
      {
        name: 'remove sessions that are over',
        everySeconds: 3600,
        run: () => database.system(({ tx }) => removeExpiredSessions(tx)),
      },
      {
        name: 'remove revocations of expired tokens',
        everySeconds: 600,
        run: () => database.system(({ tx }) => removeOldRevocations(tx, lifetime)),
      },
      { name: 'answer requests for a new password', everySeconds: 2, run: resets.answerRequests },
      {
        name: 'remove expired tokens of mails',
        everySeconds: 3600,
        run: () => database.system(({ tx }) => removeExpiredMailTokens(tx)),
      },
      { name: 'note the use of keys', everySeconds: 60, run: apiKeys.noteUses },
      {
        name: 'remove expired challenges',
        everySeconds: 600,
        run: () => database.system(({ tx }) => removeExpiredChallenges(tx)),
      },
      { name: 'forget failed attempts', everySeconds: 600, run: guard.forget },
      {
        name: 'forget unused clients',
        everySeconds: 3600,
        run: () => database.system(({ tx }) => forgetUnusedClients(tx)),
      },
    ],
  }
}

/** Verifiers take a token for some seconds after its end. */
const CLOCKS_DIFFER_SECONDS = 30

const addressesIn = (list: string): ReadonlySet<string> =>
  new Set(
    list
      .split(',')
      .filter((address) => address.trim() !== '')
      .map((address) => normalisedEmail.parse(address)),
  )
