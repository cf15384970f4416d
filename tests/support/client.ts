import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { eventually } from '@alta/kit/testing/wait'

export interface Reply<Body = never> {
  status: number
  headers: Headers
  body: Body
}

/** What tests read of answers; the API's own schemas are in its OpenAPI document. */
export interface Item {
  id: string
  status: string
  text: string | null
  transcript: string | null
  confidence: number | null
  failure: { code: string; detail: string } | null
  version: number
  pages: { number: number; confidence: number }[]
}
export interface Mail {
  /** The Message-ID header: `<id of the message@domain>`. */
  messageId: string
  to: string
  subject: string
  text: string
}

/** A person with a browser: knows the gateway's address and nothing of what is behind it. */
export class Client {
  /** Its address; a platform that is made anew may have another one. */
  gateway: string
  token = ''
  userId = ''
  email = ''
  /** Changed by whoever changes it: signing in uses it. */
  password = ''

  constructor(gateway: string) {
    this.gateway = gateway
  }

  /** Any request; JSON is parsed, everything else comes as text. */
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it reads of an answer, and fails when it is not there
  async call<Body = any>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<Body>> {
    const isForm = body instanceof FormData
    const isRaw = typeof body === 'string' || body instanceof Uint8Array
    const response = await fetch(this.gateway + path, {
      method,
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : {
            body:
              isForm || isRaw ? (body as FormData | string | Uint8Array<ArrayBuffer>) : JSON.stringify(body),
          }),
      signal: AbortSignal.timeout(60_000),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  }

  /** The same, again and again while the platform is away: as a patient program would. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async insist<Body = any>(method: string, path: string, body?: () => unknown): Promise<Reply<Body>> {
    const key = { 'idempotency-key': randomUUID() }
    return eventually(
      `${method} ${path} is answered`,
      async () => {
        const reply = await this.call<Body>(method, path, body?.(), key)
        const busy = (reply.body as { code?: string }).code === 'request_in_progress'
        return reply.status < 500 && !busy && reply
      },
      60,
    )
  }

  async register(name = 'Ada Lovelace'): Promise<this> {
    this.email = `${name.toLowerCase().replaceAll(' ', '.')}.${randomUUID().slice(0, 8)}@example.org`
    this.password = `correct horse ${randomUUID()}`
    const registered = await this.insist('POST', '/api/v1/auth/register', () => ({
      email: this.email,
      password: this.password,
      name,
    }))
    if (registered.status !== 201) throw new Error(`cannot register: ${JSON.stringify(registered.body)}`)
    this.userId = registered.body.user.id
    return this.signIn()
  }

  /** Again, for a token with roles that were given meanwhile. */
  async signIn(): Promise<this> {
    const { email, password } = this
    const signedIn = await this.insist('POST', '/api/v1/auth/login', () => ({ email, password }))
    if (signedIn.status !== 200) throw new Error(`cannot sign in: ${JSON.stringify(signedIn.body)}`)
    this.token = signedIn.body.accessToken
    return this
  }

  /** Signs in again long before a token's ten minutes are over, for work that takes longer; until it is disposed of. */
  staySignedIn(): Disposable {
    // What fails is tried again at the next turn, of which there are two within a token's life.
    const timer = setInterval(() => void this.signIn().catch(() => undefined), 240_000)
    return { [Symbol.dispose]: () => clearInterval(timer) }
  }

  async project(fields: Record<string, unknown> = {}): Promise<string> {
    const { body } = await this.insist('POST', '/api/v1/projects', () => ({
      name: 'Letters',
      language: 'en',
      ...fields,
    }))
    return body.id
  }

  async upload(
    projectId: string,
    kind: 'documents' | 'voice-samples',
    file: string,
    language = 'en',
  ): Promise<Reply<Item>> {
    const bytes = await readFile(file)
    return this.insist<Item>('POST', `/api/v1/projects/${projectId}/${kind}`, () =>
      formWith(bytes, basename(file), { title: basename(file), language }),
    )
  }

  /** Waits until an item is in one of these states. */
  async until(
    kind: 'documents' | 'voice-samples',
    id: string,
    states: string[],
    seconds = 150,
  ): Promise<Item> {
    let last = ''
    return eventually(
      `${kind} ${id} is ${states.join(' or ')}`,
      async () => {
        const { body } = await this.call<Item>('GET', `/api/v1/${kind}/${id}`)
        last = body.status
        return states.includes(last) && body
      },
      seconds,
    ).catch((error: unknown) => {
      throw new Error(`${kind} ${id} stayed ${last}`, { cause: error })
    })
  }

  /** Mails caught for this person. */
  async mails(): Promise<Mail[]> {
    const { body } = await this.call(
      'GET',
      `/api/v1/notifications/caught?to=${encodeURIComponent(this.email)}&limit=100`,
    )
    return body.items
  }
}

export function formWith(bytes: Uint8Array, name: string, fields: Record<string, string> = {}): FormData {
  const form = new FormData()
  for (const [field, value] of Object.entries(fields)) form.set(field, value)
  form.set('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), name)
  return form
}
