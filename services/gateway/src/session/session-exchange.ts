import type { IncomingMessage, ServerResponse } from 'node:http'
import { forbidden } from '@alta/kit/errors'
import { currentContext, type RequestContext } from '@alta/kit/http/request-context'
import { type CookieKind, type CookieValues, cookieOf, splitCookies } from './cookies.ts'
import { cameByHttps, provenanceOf } from './own-page.ts'

const SESSION_PATH = '/api/v1/session'
/** Answers a token to whoever has asked. Pages have `/api/v1/session/step-up`, which keeps it from them. */
const answersToken = /^\/api\/v1\/auth\/step-up(\?|$)/

/** A request as the routes of the session see it. */
export interface SessionExchange {
  readonly request: IncomingMessage
  /** What the browser has kept for us; nothing, unless a page of ours asks. */
  readonly shown: Readonly<CookieValues>
  keep(kind: CookieKind, value: string, seconds: number): void
  forget(kind: CookieKind): void
  /** Nobody is to be signed in by another site's page, as somebody of its choice. @throws {Problem} 403 `origin_not_allowed` */
  refuseForeign(): void
}

const exchanges = new WeakMap<RequestContext, SessionExchange>()

/** Of the request that is being answered. */
export function sessionExchange(): SessionExchange {
  const context = currentContext()
  const found = context && exchanges.get(context)
  if (!found) throw new Error('this is no request of the session')
  return found
}

/**
 * Turns the session's cookie into the header that everything behind reads, where a page of ours asks and no header was
 * sent; and takes our cookies out of the request, so that no service ever sees one.
 */
export function bringSession(request: IncomingMessage, response: ServerResponse, trustedHops: number): void {
  const { headers, url = '' } = request
  const isOfSession = url.startsWith(SESSION_PATH)
  if (headers.cookie === undefined && !isOfSession) return
  const isSecure = cameByHttps(request, trustedHops)
  const provenance = provenanceOf(request, isSecure)
  const { values, others } = splitCookies(headers.cookie ?? '', isSecure)
  if (others === undefined) delete headers.cookie
  else headers.cookie = others
  const shown = provenance === 'own' ? values : {}
  if (shown.access && headers.authorization === undefined && !answersToken.test(url)) {
    headers.authorization = `Bearer ${shown.access}`
  }
  const context = currentContext()
  if (isOfSession && context) {
    const isForeign = provenance === 'foreign'
    exchanges.set(context, exchangeOf(request, response, { shown, isSecure, isForeign }))
  }
}

function exchangeOf(
  request: IncomingMessage,
  response: ServerResponse,
  { shown, isSecure, isForeign }: { shown: CookieValues; isSecure: boolean; isForeign: boolean },
): SessionExchange {
  const keep = (kind: CookieKind, value: string, seconds: number): void => {
    response.appendHeader('set-cookie', cookieOf(kind, value, { seconds, isSecure }))
  }
  return {
    request,
    shown,
    keep,
    forget: (kind) => keep(kind, '', 0),
    refuseForeign() {
      if (isForeign) throw forbidden('origin_not_allowed', 'Signing in is not for pages of this origin.')
    },
  }
}
