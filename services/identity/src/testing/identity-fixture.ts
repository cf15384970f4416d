import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { accountMailSendRequested } from '@alta/contracts/events/account-mail-send-requested.v1'
import { emailSendRequested } from '@alta/contracts/events/email-send-requested.v1'
import { auditRecorder } from '@alta/kit/audit/audit-recorder'
import { tokenVerifier } from '@alta/kit/auth/tokens'
import { idempotencyStore } from '@alta/kit/database/idempotency'
import { createApp } from '@alta/kit/http/app'
import { openToken } from '@alta/kit/sealed-token'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { emitted } from '@alta/kit/testing/deliver'
import { z } from 'zod'
import type { IdentitySchema } from '../database/schema.ts'
import { type IdentitySettings, identity } from '../identity.ts'

export const appToken = 'app-token-for-tests'

export const goodPassword = 'correct horse battery staple'

export const settings: IdentitySettings = {
  ACCESS_TOKEN_SECONDS: 600,
  IDENTITY_ADMIN_EMAILS: 'Root@Example.org, ops@example.org',
  IDENTITY_KEY_ENCRYPTION_KEY: 'only-for-tests-only-for-tests-only',
  IDENTITY_PUBLIC_URL: 'http://localhost:8080',
  MAIL_TOKEN_KEY: 'only-for-tests-only-for-tests-mails',
  PASSWORD_HASHES_AT_ONCE: 2,
  PASSWORD_HASHES_WAITING: 64,
  REFRESH_GRACE_SECONDS: 5,
  SESSION_SECONDS: 3600,
  SIGN_IN_FAILURES_PER_ADDRESS: 100,
  SIGNING_KEY_DAYS: 90,
  TOKEN_AUDIENCE: 'alta',
  TOKEN_ISSUER: 'https://alta.local',
}

const signedIn = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  tokenType: z.literal('Bearer'),
  expiresIn: z.number(),
  user: z.object({
    id: z.uuid(),
    tenantId: z.uuid(),
    email: z.string(),
    name: z.string(),
    roles: z.array(z.string()),
  }),
})
type SignedIn = z.infer<typeof signedIn>

/** What a call answered: the status, the JSON, and the code when it is a problem. */
interface Answer {
  status: number
  body: unknown
  code: string | undefined
  /** Seconds. */
  retryAfter: number | undefined
}

/** Where a call comes from; without it, from nowhere that is known. */
interface Origin {
  address?: string
  userAgent?: string
}

export interface TestIdentity {
  url: string
  testDatabase: TestDatabase<IdentitySchema>
  call(path: string, init: RequestInit, token?: string): Promise<Answer>
  post(path: string, body?: unknown, token?: string, from?: Origin): Promise<Answer>
  put(path: string, body: unknown, token?: string): Promise<Answer>
  get(path: string, token?: string): Promise<Answer>
  /** A new user with `goodPassword`. @returns the address */
  register(email?: string): Promise<string>
  login(email: string, password?: string): Promise<SignedIn>
  /** The same, of another tenant than the platform's. @param roles instead of `member` */
  registerElsewhere(roles?: readonly string[]): Promise<{ email: string; tenantId: string }>
  /** Somebody with the role `admin`. */
  loginAsAdmin(): Promise<SignedIn>
  refresh(refreshToken: string): Promise<SignedIn>
  /** Mails that a person was sent, oldest first, with the tokens as they stand in them. */
  mailsTo(email: string): Promise<{ template: string; token: string | undefined }[]>
  /** What a person was told of the security of their account, oldest first. */
  changesToldTo(email: string): Promise<(string | undefined)[]>
  /** The service's own verifier asks what has ended, as it does every two seconds. */
  hearRevocations(): Promise<void>
  /** What the audit log has counted by now, as when the service stops. */
  writeAuditSums(): Promise<void>
  /** One turn of a job that runs in the background. */
  repeat(name: string): Promise<void>
  close(): Promise<void>
}

const problem = z.object({ code: z.string() })
let people = 0

/** The service's own app over a database of its own. @param shared another one's, which that one closes */
export async function startIdentity(
  changes: Partial<IdentitySettings> = {},
  shared?: TestDatabase<IdentitySchema>,
): Promise<TestIdentity> {
  const migrations = new URL('../database/migrations/', import.meta.url)
  const testDatabase = shared ?? (await createTestDatabase<IdentitySchema>('identity', migrations))
  const { database } = testDatabase
  const config = { ...settings, ...changes }
  const { routes, keySource, revocations, background } = identity(database, config)
  const audit = auditRecorder(database)
  const app = createApp({
    appId: 'identity',
    routes,
    appToken,
    verifyToken: tokenVerifier({
      issuer: config.TOKEN_ISSUER,
      audience: config.TOKEN_AUDIENCE,
      keys: keySource,
      revocations,
    }),
    idempotency: idempotencyStore(database),
    audit,
  })
  const server = createServer(app)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // The server listens on a TCP port.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function call(path: string, init: RequestInit, token?: string, from: Origin = {}): Promise<Answer> {
    const headers = new Headers({ 'dapr-api-token': appToken, 'content-type': 'application/json' })
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    if (from.address) headers.set('alta-client-address', from.address)
    if (from.userAgent) headers.set('user-agent', from.userAgent)
    const answer = await fetch(url + path, { ...init, headers })
    const text = await answer.text()
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    const retryAfter = answer.headers.get('retry-after')
    return {
      status: answer.status,
      body,
      code: problem.safeParse(body).data?.code,
      retryAfter: retryAfter === null ? undefined : Number(retryAfter),
    }
  }
  const post = (path: string, body?: unknown, token?: string, from?: Origin) =>
    call(path, { method: 'POST', ...(body === undefined ? {} : { body: JSON.stringify(body) }) }, token, from)

  async function register(email = `person-${++people}@example.org`): Promise<string> {
    const answer = await post('/api/v1/auth/register', { email, password: goodPassword, name: 'Ada' })
    if (answer.status !== 201) throw new Error(`could not register: ${JSON.stringify(answer.body)}`)
    return email
  }
  async function login(email: string, password = goodPassword): Promise<SignedIn> {
    return signedIn.parse((await post('/api/v1/auth/login', { email, password })).body)
  }

  return {
    url,
    testDatabase,
    call,
    post,
    put: (path, body, token) => call(path, { method: 'PUT', body: JSON.stringify(body) }, token),
    get: (path, token) => call(path, {}, token),
    register,
    async registerElsewhere(roles = ['member']) {
      const [email, tenantId] = [await register(), crypto.randomUUID()]
      const { admin } = testDatabase
      await admin.query('insert into tenants (tenant_id, name) values ($1::uuid, $1::text)', [tenantId])
      for (const table of ['credentials', 'mail_tokens'])
        await admin.query(
          `update ${table} set tenant_id = $1 where user_id in (select id from users where email = $2)`,
          [tenantId, email],
        )
      await admin.query('update users set tenant_id = $1, roles = $3 where email = $2', [
        tenantId,
        email,
        roles,
      ])
      return { email, tenantId }
    },
    login,
    async loginAsAdmin() {
      const email = await register()
      await testDatabase.admin.query(`update users set roles = '{admin}' where email = $1`, [email])
      return login(email)
    },
    async refresh(refreshToken) {
      return signedIn.parse((await post('/api/v1/auth/refresh', { refreshToken })).body)
    },
    async mailsTo(email) {
      const { admin } = testDatabase
      // The welcome comes first, and goes the way of mails that are not about the account.
      const mails = [
        ...(await emitted(admin, emailSendRequested)),
        ...(await emitted(admin, accountMailSendRequested)),
      ]
      return mails
        .filter(({ recipient }) => recipient.email === email)
        .map(({ template, parameters: { sealedToken } }) => ({
          template,
          token: sealedToken === undefined ? undefined : openToken(config.MAIL_TOKEN_KEY, sealedToken),
        }))
    },
    async changesToldTo(email) {
      const mails = await emitted(testDatabase.admin, accountMailSendRequested)
      return mails
        .filter(({ recipient, template }) => recipient.email === email && template === 'account-changed')
        .map(({ parameters }) => parameters.change)
    },
    writeAuditSums: () => audit.flush(true),
    hearRevocations: () => revocations.refresh(),
    async repeat(name) {
      const job = background.find((one) => one.name === name)
      if (!job) throw new Error(`there is no job to ${name}`)
      await job.run()
    },
    async close() {
      server.closeAllConnections()
      server.close()
      if (!shared) await testDatabase.close()
    },
  }
}
