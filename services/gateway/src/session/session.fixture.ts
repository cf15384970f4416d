import { once } from 'node:events'
import { request } from 'node:http'
import { accessToken, type TestGateway } from '../testing/gateway-fixture.ts'

export const user = {
  id: '019a9d2e-0000-7000-8000-000000000001',
  email: 'ada@example.org',
  emailVerified: true,
  name: 'Ada',
  locale: 'en',
  roles: ['member'],
  createdAt: '2026-11-30T10:00:00.000Z',
}

interface Told {
  status: number
  headers?: Record<string, string>
  body?: unknown
}

/** What identity answers from now on, by path; the rest as the stub does. */
export function identityAnswers(gateway: TestGateway, answers: Readonly<Record<string, Told>>): void {
  gateway.stub.answer('identity', (seen, response) => {
    seen.on('end', () => {
      const { status, headers, body } = answers[seen.url ?? ''] ?? { status: 200, body: { from: 'identity' } }
      const type = status < 400 ? 'application/json' : 'application/problem+json'
      response.writeHead(status, { 'content-type': type, ...headers })
      response.end(body === undefined ? '' : JSON.stringify(body))
    })
  })
}

export const refusal = (status: number, code: string) => ({
  type: `/problems/${code}`,
  ...{ title: 'Refused', status, code, detail: 'Because.', requestId: 'theirs' },
})

export async function signedInAnswer(more: object = {}) {
  return {
    accessToken: await accessToken(),
    refreshToken: 'refresh-1',
    ...{ tokenType: 'Bearer', expiresIn: 600, user, ...more },
  }
}

export interface Answer {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  cookies: readonly string[]
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it reads of it
  body: any
}

/** `fetch` sends neither cookies of one's own nor `sec-fetch-site`; Node's own client sends what it is told. */
export async function send(
  gateway: TestGateway,
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  const sending = request(gateway.url + path, {
    method,
    headers: {
      ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': text.length }),
      ...headers,
    },
  })
  sending.end(text)
  const [answer] = await once(sending, 'response')
  let told = ''
  answer.setEncoding('utf8')
  for await (const chunk of answer) told += String(chunk)
  const isJson = String(answer.headers['content-type']).includes('json')
  return {
    status: answer.statusCode,
    headers: answer.headers,
    cookies: answer.headers['set-cookie'] ?? [],
    text: told,
    body: isJson ? JSON.parse(told) : undefined,
  }
}

/** As a browser says it of a page of this address. */
export const ownPage = { 'sec-fetch-site': 'same-origin' }
