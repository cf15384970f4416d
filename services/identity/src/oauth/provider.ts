import { timingSafeEqual } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { permissions } from '@alta/kit/auth/permissions'
import type { Database } from '@alta/kit/database/database'
import { problemOf } from '@alta/kit/http/problem-answer'
import { keyFor } from '@alta/kit/sealing'
import { log } from '@alta/kit/telemetry/log'
import Provider, { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { IdentitySchema } from '../database/schema.ts'
import type { Keyring } from '../keys/keyring.ts'
import { hashOf, newToken } from '../keys/opaque-token.ts'
import { errorPage } from '../pages/error-page.ts'
import { languageOf } from '../pages/language.ts'
import { pageHeaders, pageMarkup } from '../pages/page.ts'
import { findAccount, tokenClaims } from './account.ts'
import { ownMetadata, personalScopes } from './client-metadata.ts'
import { existingGrant } from './existing-grant.ts'
import { recordAdapter } from './record-adapter.ts'
import { successors } from './rotated-token.ts'

export interface OAuthSettings {
  issuer: string
  /** What access tokens for the API are made for. */
  audience: string
  /** The present one, and what it was before. */
  secrets: [string, ...string[]]
  /** Seconds. */
  accessTokenLifetime: number
  sessionLifetime: number
  grace: number
}

/** The name of the API in requests (RFC 8707), which has to be a URI. */
const apiResource = (issuer: string): string => new URL('/api', issuer).href

const minutes = 60
const days = 24 * 60 * minutes

/**
 * The OAuth 2.1 and OpenID Connect library, set up for Alta. It signs with one key, so a new signing key is a new
 * instance; all that lasts is in the database.
 */
export function oauthProvider(
  database: Database<IdentitySchema>,
  keys: Keyring,
  settings: OAuthSettings,
): () => Promise<Provider> {
  let built: { kid: string; provider: Provider } | undefined
  return async () => {
    const { kid, privateKey } = await keys.current()
    if (built?.kid !== kid) {
      const jwk = { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }
      const provider = new Provider(settings.issuer, configuration(database, settings, jwk))
      built = { kid, provider: adapted(provider, settings) }
    }
    return built.provider
  }
}

function configuration(
  database: Database<IdentitySchema>,
  settings: OAuthSettings,
  jwk: NonNullable<Configuration['jwks']>['keys'][number],
): Configuration {
  const { issuer, audience, secrets, grace } = settings
  const api = apiResource(issuer)
  const successorOf = successors(secrets[0])
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true } as const
  return {
    adapter: recordAdapter({ database, grace, successorOf }),
    jwks: { keys: [jwk] },
    routes: {
      authorization: '/oauth/authorize',
      token: '/oauth/token',
      introspection: '/oauth/introspect',
      revocation: '/oauth/revoke',
      userinfo: '/oauth/userinfo',
      jwks: '/.well-known/jwks.json',
    },
    interactions: { url: (_ctx, { uid }) => `/oauth/interaction/${uid}` },
    cookies: {
      keys: secrets.map((secret) =>
        keyFor('alta identity: cookies of oauth pages', secret).toString('base64url'),
      ),
      names: { session: 'alta_session', interaction: 'alta_interaction', resume: 'alta_resume' },
      long: { ...cookie, path: '/oauth' },
      short: cookie,
    },
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    scopes: [...personalScopes],
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'locale'],
    },
    clientDefaults: { id_token_signed_response_alg: 'RS256' },
    enabledJWA: { idTokenSigningAlgValues: ['RS256'] },
    extraClientMetadata: { properties: [...ownMetadata] },
    discovery: {
      response_modes_supported: ['query'],
      scopes_supported: [...personalScopes, ...permissions],
    },
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      // Each that is off would be one more way in, and nobody has asked for it.
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      clientCredentials: { enabled: true },
      // Likewise; and a public client can give back what it holds.
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      introspection: {
        enabled: true,
        // Its own alone: which tokens others have is nobody's business.
        allowedPolicy: (_ctx, client, token) =>
          client.clientAuthMethod !== 'none' && token.clientId === client.clientId,
      },
      resourceIndicators: {
        enabled: true,
        // Whoever acts for itself can want nothing else.
        defaultResource: (_ctx, client, oneOf) =>
          oneOf ?? (client.grantTypes?.includes('client_credentials') ? api : undefined) ?? [],
        getResourceServerInfo: (_ctx, indicator, client) => {
          if (indicator !== api) throw new errors.InvalidTarget()
          return {
            scope: ownScopes(client).join(' '),
            audience,
            accessTokenFormat: 'jwt',
            accessTokenTTL: settings.accessTokenLifetime,
            jwt: { sign: { alg: 'RS256' } },
          }
        },
      },
    },
    formats: {
      bitsOfOpaqueRandomness: 256,
      customizers: {
        // A token that names no scope would be one without limits to those who verify it.
        jwt: (_ctx, _token, { payload }) => {
          payload.scope ??= ''
        },
      },
    },
    ttl: {
      AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? settings.accessTokenLifetime,
      ClientCredentials: (_ctx, token) =>
        token.resourceServer?.accessTokenTTL ?? settings.accessTokenLifetime,
      AuthorizationCode: minutes,
      IdToken: 10 * minutes,
      Interaction: 30 * minutes,
      Grant: 365 * days,
      Session: settings.sessionLifetime,
      // The absolute end does not move; the session that it came from may end it before.
      RefreshToken: (ctx) => ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? settings.sessionLifetime,
    },
    conformIdTokenClaims: false,
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // What ends with a session is looked up with every record of it: see record.repository.ts.
    expiresWithSession: () => false,
    findAccount: (ctx, id) => database.systemRead((tx) => findAccount(tx, id, tenantOf(ctx.oidc.client))),
    extraTokenClaims: (_ctx, token) => database.systemRead((tx) => tokenClaims(tx, token)),
    loadExistingGrant: (ctx) => existingGrant(database, ctx),
    clientBasedCORS: (_ctx, origin, client) =>
      (client.redirectUris ?? []).some((uri) => URL.canParse(uri) && new URL(uri).origin === origin),
    renderError: (ctx, { error, error_description }, cause) => {
      const code = cause instanceof errors.SessionNotFound ? 'session_expired' : error
      const language = languageOf(ctx.get('accept-language'))
      const page = { status: ctx.status, ...errorPage(language, code, error_description) }
      ctx.set(pageHeaders(page))
      ctx.body = pageMarkup(page)
    },
  }
}

const tenantOf = (client: object | undefined): unknown =>
  client && 'alta_tenant' in client ? client.alta_tenant : undefined

const ownScopes = (client: object): string[] =>
  'alta_scopes' in client && Array.isArray(client.alta_scopes) ? client.alta_scopes : []

/** What the library has no setting for. */
function adapted(provider: Provider, { secrets }: OAuthSettings): Provider {
  // The gateway's address is put there by oauth.routes.ts.
  provider.proxy = true
  const successorOf = successors(secrets[0])

  // Declared by neither: the id of a model is made by this method, and the token is its id.
  const refreshTokens = provider.RefreshToken.prototype as unknown as { generateTokenId(): string }
  refreshTokens.generateTokenId = () => {
    const rotated = Provider.ctx?.oidc.entities.RotatedRefreshToken
    return rotated ? successorOf(rotated.jti) : newToken()
  }

  // Only hashes of secrets are kept; what is compared here has 256 random bits.
  provider.Client.prototype.compareClientSecret = function (this: { clientSecret?: string }, shown: string) {
    const expected = Buffer.from(this.clientSecret ?? '', 'base64url')
    const given = hashOf(shown)
    return expected.length === given.length && timingSafeEqual(expected, given)
  }

  // The session of the library is the one of ours, so that what ends this one ends that one.
  provider.on('interaction.ended', (ctx: KoaContextWithOIDC) => {
    const sessionId = ctx.oidc.result?.login?.sessionId
    if (typeof sessionId === 'string' && ctx.oidc.session) ctx.oidc.session.uid = sessionId
  })

  provider.on('server_error', (ctx: KoaContextWithOIDC, error: Error) => {
    const { status, code, headers } = problemOf(error)
    if (status === 503) {
      ctx.status = 503
      ctx.set(headers)
      ctx.body = { error: 'temporarily_unavailable' }
    }
    log.error({ err: error, code }, 'an OAuth request failed')
  })
  // Koa would write to stderr. It is an event of Koa's, which the types of the library leave out.
  const application: EventEmitter = provider
  application.on('error', (error: Error) => log.error({ err: error }, 'an OAuth request broke off'))
  return provider
}
