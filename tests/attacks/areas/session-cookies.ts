import { type IncomingMessage, request } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Client } from '../../support/client.ts'
import type { Area } from '../area.ts'

/** A session in cookies: for whom it counts, what it shows, and whether it ends. */
export const sessionCookies: Area = {
  name: 'session cookies',
  async attack({ gatewayUrl, clients, sign, claimsOf }, tally) {
    const { email, password } = credentialsOf(clients.get('project viewer'))
    const own = { 'sec-fetch-site': 'same-origin' }
    const call = caller(gatewayUrl)
    const begun = await call('POST', '/api/v1/session', own, { email, password })
    tally.note('a page of ours signs in', begun.status === 200, begun)
    const cookie = begun.cookies.map((one) => one.split(';')[0]).join('; ')
    const values = begun.cookies.map((one) => one.split(';')[0]?.split('=')[1] ?? '')
    tally.note('no token is in the answer', !values.some((value) => begun.text.includes(value)), begun.text)
    for (const one of begun.cookies)
      tally.note('no script reads the cookie', /; HttpOnly; SameSite=Strict/.test(one), one.split('=')[0])

    const works = await call('GET', '/api/v1/projects', { ...own, cookie })
    tally.note('the cookie is the session', works.status === 200, works.status)
    const foreign: [string, string, Record<string, string>][] = [
      ['another site posts', 'POST', { 'sec-fetch-site': 'cross-site' }],
      ['a neighbour posts', 'POST', { 'sec-fetch-site': 'same-site' }],
      ['another site reads', 'GET', { 'sec-fetch-site': 'cross-site' }],
      ['another origin posts', 'POST', { origin: 'https://evil.example' }],
      ['an origin that begins as ours', 'POST', { origin: `${gatewayUrl}.evil.example` }],
      ['an origin that is none', 'POST', { origin: 'null' }],
      ['a form posts as text', 'POST', { 'content-type': 'text/plain' }],
      ['nobody says from where', 'POST', {}],
      ['two cookies of one name', 'GET', { ...own, cookie: `${cookie}; ${cookie}` }],
      ['a header beside it', 'GET', { ...own, authorization: 'Bearer wrong' }],
      ['our cookie under a name of https', 'GET', { ...own, cookie: `__Secure-${cookie}` }],
    ]
    for (const [what, method, headers] of foreign) {
      const { status } = await call(method, '/api/v1/projects', { cookie, ...headers }, { name: 'forged' })
      tally.note(what, status === 401, status)
    }
    for (const path of ['/api/v1/session/refresh', '/api/v1/session/step-up']) {
      const { status } = await call('POST', path, { cookie, 'sec-fetch-site': 'cross-site' }, { password })
      tally.note(`another site at ${path}`, status === 401, status)
    }
    const fixed = await call(
      'POST',
      '/api/v1/session',
      { origin: 'https://evil.example' },
      { email, password },
    )
    tally.note('another site signs somebody in', fixed.status === 403 && fixed.cookies.length === 0, fixed)
    const scripted = await call('POST', '/api/v1/auth/step-up', { ...own, cookie }, { password })
    tally.note('a script asks for a token', scripted.status === 401, scripted.status)

    const out = await call('DELETE', '/api/v1/session', { ...own, cookie })
    tally.note('signing out', out.status === 204, out)
    const after = await call('POST', '/api/v1/session/refresh', { ...own, cookie })
    tally.note('the session goes on after it', after.status === 401, after.status)
    const forged = await sign({ ...claimsOf('project viewer'), exp: 1 })
    const expired = await call('GET', '/api/v1/projects', { ...own, cookie: `alta-access=${forged}` })
    tally.note('a token that has expired, in the cookie', expired.status === 401, expired.status)
  },
}

function credentialsOf(client: Client | undefined): { email: string; password: string } {
  if (!client) throw new Error('there is no project viewer')
  return { email: client.email, password: String(Reflect.get(client, 'password')) }
}

/** `fetch` sends none of the headers that this is about. */
const caller =
  (url: string) =>
  async (method: string, path: string, headers: Record<string, string>, body: object = {}) => {
    const sending = request(url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
    })
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    sending.once('response', resolve).once('error', reject)
    sending.end(method === 'GET' || method === 'DELETE' ? undefined : JSON.stringify(body))
    const answer = await promise
    const told = answer.statusCode === 204 ? {} : await json(answer)
    const cookies = answer.headers['set-cookie'] ?? []
    return { status: answer.statusCode ?? 0, cookies, text: JSON.stringify(told) }
  }
