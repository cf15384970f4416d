import type { IncomingMessage } from 'node:http'
import { type RawHandler, type Route, rawRoute } from '@alta/kit/http/route'
import type Provider from 'oidc-provider'
import { z } from 'zod'

const page = { 200: { description: 'A page', mediaTypes: ['text/html'] } }
const json = { 200: { description: 'As the standard has it', mediaTypes: ['application/json'] } }
const redirect = { 303: { description: 'On to a page, or back to the client' } }

const tag = 'oauth'
const uid = z.object({ uid: z.string() })

/**
 * What the standards define, answered by the library.
 * @param options.publicUrl the gateway as callers see it: what a request says of its host is not asked
 */
export function oauthRoutes(options: {
  provider: () => Promise<Provider>
  publicUrl: string
  interactions: { show: RawHandler; take: RawHandler }
}): Route[] {
  const { interactions } = options

  /** Basic credentials travel under another name: see the gateway's forwarded-headers.ts. */
  function asSeenByCallers(request: IncomingMessage): void {
    const { protocol, host } = new URL(options.publicUrl)
    request.headers['x-forwarded-proto'] = protocol.replace(':', '')
    request.headers['x-forwarded-host'] = host
    const basic = request.headers['alta-basic-authorization']
    if (typeof basic === 'string') request.headers.authorization = `Basic ${basic}`
  }

  const raw: RawHandler = async (request, response) => {
    asSeenByCallers(request)
    const provider = await options.provider()
    await provider.callback()(request, response)
    return undefined
  }
  const shown =
    (handler: RawHandler): RawHandler =>
    (request, response) => {
      asSeenByCallers(request)
      return handler(request, response)
    }

  return [
    rawRoute({
      method: 'get',
      path: '/.well-known/openid-configuration',
      summary: 'What this provider can do (OpenID Connect Discovery)',
      tag,
      answers: json,
      raw,
    }),
    rawRoute({
      method: 'get',
      path: '/.well-known/oauth-authorization-server',
      summary: 'The same for OAuth (RFC 8414)',
      tag,
      answers: json,
      raw,
    }),
    rawRoute({
      method: 'get',
      path: '/oauth/authorize',
      summary: 'Ask somebody for access (authorization code with PKCE)',
      tag,
      answers: redirect,
      raw,
    }),
    rawRoute({
      method: 'get',
      path: '/oauth/authorize/:uid',
      summary: 'Go on after a page',
      tag,
      params: uid,
      answers: redirect,
      raw,
    }),
    rawRoute({
      method: 'post',
      path: '/oauth/token',
      summary: 'Get tokens for a code, a refresh token or a secret',
      limits: { policies: ['refresh'] },
      tag,
      answers: json,
      raw,
    }),
    rawRoute({
      method: 'post',
      path: '/oauth/introspect',
      summary: 'What an opaque token of the client is worth (RFC 7662)',
      tag,
      question: true,
      answers: json,
      raw,
    }),
    rawRoute({
      method: 'post',
      path: '/oauth/revoke',
      summary: 'Give a token back (RFC 7009)',
      tag,
      answers: { 200: { description: 'It is worth nothing any more' } },
      raw,
    }),
    rawRoute({
      method: 'get',
      path: '/oauth/userinfo',
      summary: 'Who has signed in, as far as the scopes tell',
      tag,
      answers: json,
      raw,
    }),
    rawRoute({
      method: 'get',
      path: '/oauth/interaction/:uid',
      summary: 'Page to sign in or to allow access',
      tag,
      params: uid,
      answers: page,
      raw: shown(interactions.show),
    }),
    rawRoute({
      method: 'post',
      path: '/oauth/interaction/:uid',
      summary: 'What was typed into that page',
      limits: { policies: ['sign-in'] },
      tag,
      params: uid,
      answers: redirect,
      raw: shown(interactions.take),
    }),
  ]
}
