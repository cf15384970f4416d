import * as openid from 'openid-client'
import { z } from 'zod'
import type { IdentitySettings } from '../identity.ts'
import { type Browser, browserFor, type Visited } from '../testing/browser.ts'
import { appToken, goodPassword, startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

export const ISSUER = 'http://alta.test'
export const API = `${ISSUER}/api`
export const REDIRECT = 'https://app.example.org/callback'
const permissionsAsked = 'projects:read documents:read'

export interface TestClient {
  id: string
  secret: string | undefined
  config: openid.Configuration
}

export interface TestProvider extends TestIdentity {
  admin: string
  browser(): Browser
  /** Registers a client, and sets openid-client up by discovery. */
  client(metadata?: Record<string, unknown>): Promise<TestClient>
  /** The authorization request and what to redeem its code with. */
  request(
    client: TestClient,
    parameters?: Record<string, string>,
  ): Promise<{ url: URL; verifier: string; state: string }>
  /** Signs in and allows. @returns where the browser was sent in the end */
  consent(browser: Browser, url: URL, email: string): Promise<Visited>
  /** All of it. @param parameters of the token request */
  tokens(
    client: TestClient,
    email: string,
    parameters?: Record<string, string>,
  ): Promise<openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers>
}

const registered = z.object({ id: z.uuid(), secret: z.string().optional() })

/** identity with an administrator, seen through the eyes of clients. */
export async function startProvider(changes: Partial<IdentitySettings> = {}): Promise<TestProvider> {
  const identity = await startIdentity({ TOKEN_ISSUER: ISSUER, IDENTITY_PUBLIC_URL: ISSUER, ...changes })
  const email = await identity.register('root@example.org')
  const [welcome] = await identity.mailsTo(email)
  const first = await identity.login(email)
  await identity.post('/api/v1/auth/verify-email', { token: welcome?.token }, first.accessToken)
  const admin = (await identity.login(email)).accessToken

  const reach: openid.CustomFetch = (url, { headers, body, method }) => {
    const { pathname, search } = new URL(url)
    const given = new Headers(headers)
    given.set('dapr-api-token', appToken)
    // The gateway does so, for daprd reads Basic credentials as the name of a target.
    const basic = /^Basic (.+)$/.exec(given.get('authorization') ?? '')?.[1]
    if (basic !== undefined) {
      given.delete('authorization')
      given.set('alta-basic-authorization', basic)
    }
    // openid-client sends text or form fields.
    return fetch(identity.url + pathname + search, {
      method,
      headers: given,
      body: body as string | URLSearchParams | null,
    })
  }
  const discover = (id: string, authentication: openid.ClientAuth) =>
    openid.discovery(new URL(ISSUER), id, undefined, authentication, {
      execute: [openid.allowInsecureRequests],
      [openid.customFetch]: reach,
    })

  const provider: TestProvider = {
    ...identity,
    admin,
    browser: () => browserFor(ISSUER, identity.url),
    async client(metadata = {}) {
      const body = {
        name: 'Reader',
        kind: 'web',
        redirectUris: [REDIRECT],
        scopes: permissionsAsked.split(' '),
        ...metadata,
      }
      const answer = await identity.post('/api/v1/auth/clients', body, admin)
      const { id, secret } = registered.parse(answer.body)
      const authentication = secret === undefined ? openid.None() : openid.ClientSecretBasic(secret)
      return { id, secret, config: await discover(id, authentication) }
    },
    async request({ config }, parameters = {}) {
      const verifier = openid.randomPKCECodeVerifier()
      const state = openid.randomState()
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: REDIRECT,
        scope: `openid email ${permissionsAsked}`,
        resource: API,
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        ...parameters,
      })
      return { url, verifier, state }
    },
    async consent(browser, url, who) {
      let page = await browser.open(url)
      if (page.text.includes('name="password"'))
        page = await browser.submit(page, { email: who, password: goodPassword })
      if (page.text.includes('value="allow"')) page = await browser.submit(page, { action: 'allow' })
      return page
    },
    async tokens(client, who, parameters = { resource: API }) {
      const { url, verifier, state } = await provider.request(client)
      const { url: answer } = await provider.consent(provider.browser(), url, who)
      return openid.authorizationCodeGrant(
        client.config,
        answer,
        { pkceCodeVerifier: verifier, expectedState: state },
        parameters,
      )
    },
  }
  return provider
}
