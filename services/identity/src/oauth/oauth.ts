import type { Database } from '@alta/kit/database/database'
import type { Route } from '@alta/kit/http/route'
import type { Repetition } from '@alta/kit/repeatedly'
import { log } from '@alta/kit/telemetry/log'
import type { IdentitySchema } from '../database/schema.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { FormTokens } from '../pages/form.ts'
import type { SignInSteps } from '../pages/sign-in-steps.ts'
import { userById } from '../users/user.repository.ts'
import { clientRoutes } from './client.routes.ts'
import { clientService } from './client.service.ts'
import { grantRoutes } from './grant.routes.ts'
import { interactionPages } from './interaction.ts'
import { oauthRoutes } from './oauth.routes.ts'
import { type OAuthSettings, oauthProvider } from './provider.ts'
import { removeExpiredRecords } from './record.repository.ts'

/** The OAuth 2.1 and OpenID Connect provider: docs/oauth.md. */
export function oauth(options: {
  database: Database<IdentitySchema>
  keys: Keyring
  steps: SignInSteps
  forms: FormTokens
  publicUrl: string
  settings: OAuthSettings
}): { routes: Route[]; background: Repetition[] } {
  const { database, keys, steps, forms, publicUrl, settings } = options
  if (new URL(settings.issuer).origin !== new URL(publicUrl).origin) {
    const { issuer } = settings
    log.warn(
      { issuer, publicUrl },
      'TOKEN_ISSUER is not at IDENTITY_PUBLIC_URL: OAuth clients will refuse it',
    )
  }
  const provider = oauthProvider(database, keys, settings)
  const emailOf = async (userId: string) => (await database.systemRead((tx) => userById(tx, userId)))?.email
  const interactions = interactionPages({ provider, steps, forms, emailOf })
  return {
    routes: [
      ...oauthRoutes({ provider, publicUrl, interactions }),
      ...clientRoutes(clientService(database)),
      ...grantRoutes(database),
    ],
    background: [
      {
        name: 'remove expired records of OAuth',
        everySeconds: 600,
        run: () => database.system(({ tx }) => removeExpiredRecords(tx)),
      },
    ],
  }
}
