import { anyone, signedIn } from '@alta/kit/auth/policy'
import { Problem, unauthorized } from '@alta/kit/errors'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { AskIdentity } from './ask-identity.ts'
import { DEVICE_SECONDS, REFRESH_SECONDS } from './cookies.ts'
import { sessionExchange } from './session-exchange.ts'

const tokens = z.object({
  accessToken: z.string(),
  expiresIn: z.int(),
  refreshToken: z.string(),
  deviceToken: z.string().optional(),
})
const steppedUp = tokens.pick({ accessToken: true, expiresIn: true })

const expiresIn = z.int().describe('Seconds until `POST /api/v1/session/refresh` is due.')
const signedInAnswer = z.object({
  user: z
    .looseObject({
      id: z.uuid(),
      email: z.string(),
      emailVerified: z.boolean(),
      name: z.string(),
      locale: z.string(),
      roles: z.array(z.string()),
      createdAt: z.iso.datetime(),
    })
    .describe('As `GET /api/v1/auth/me`.'),
  expiresIn,
})
const codeNeeded = z.object({
  mfaRequired: z.literal(true),
  challenge: z.string().describe('For `POST /api/v1/session/code`, once, together with a code.'),
  expiresIn: z.int().describe('Seconds until the challenge expires.'),
})

// Identity says what it takes and refuses what it does not.
const text = (longest: number) => z.string().max(longest)
const tag = 'session'
const refusals = 'As identity refuses: `Retry-After` says how many seconds to wait'

/** A session of pages of ours: the tokens of identity in cookies that no script can read. */
export const sessionRoutes = (ask: AskIdentity): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/session',
    summary: 'Sign in, for pages of this address',
    description: 'As `POST /api/v1/auth/login`, but the tokens come as cookies. No answer here holds one.',
    tag,
    policy: anyone,
    limits: { policies: ['sign-in'] },
    maximumBytes: 8192,
    body: z.object({ email: text(1_000), password: text(4_000) }),
    answers: {
      200: { description: 'Signed in, or a code is needed', schema: z.union([signedInAnswer, codeNeeded]) },
      403: { description: '`account_disabled`; `origin_not_allowed` to pages of another address' },
      429: { description: refusals },
    },
    handle: async ({ body }) => {
      sessionExchange().refuseForeign()
      const answer = await ask('/api/v1/auth/login', { body: { ...body, ...device(), rememberDevice: true } })
      const code = codeNeeded.safeParse(answer)
      return { status: 200, body: code.success ? code.data : begun(answer) }
    },
  }),

  route({
    method: 'get',
    path: '/api/v1/session',
    summary: 'Whether this browser holds a session',
    description:
      'Told by its cookies alone, so that a page need not ask in vain. The session may have ended.',
    tag,
    policy: anyone,
    answers: { 200: { description: 'Whether there is one', schema: z.object({ held: z.boolean() }) } },
    handle: async () => ({ status: 200, body: { held: sessionExchange().shown.refresh !== undefined } }),
  }),

  route({
    method: 'post',
    path: '/api/v1/session/code',
    summary: 'Sign in, second step, for pages of this address',
    tag,
    policy: anyone,
    limits: { policies: ['sign-in'] },
    maximumBytes: 8192,
    body: z.object({ challenge: text(1_000), code: text(200) }),
    answers: {
      200: { description: 'Signed in', schema: signedInAnswer },
      403: { description: '`wrong_code`; `origin_not_allowed` to pages of another address' },
      429: { description: refusals },
    },
    handle: async ({ body }) => {
      sessionExchange().refuseForeign()
      return {
        status: 200,
        body: begun(
          await ask('/api/v1/auth/login/code', { body: { ...body, ...device(), rememberDevice: true } }),
        ),
      }
    },
  }),

  route({
    method: 'post',
    path: '/api/v1/session/refresh',
    summary: 'Go on with the session',
    description:
      'Two pages may do it at once. 401 `unauthenticated` where there is no session to go on with.',
    tag,
    policy: anyone,
    limits: { policies: ['refresh'] },
    answers: { 200: { description: 'Signed in further', schema: signedInAnswer } },
    handle: async () => ({ status: 200, body: begun(await refresh(ask)) }),
  }),

  route({
    method: 'post',
    path: '/api/v1/session/step-up',
    summary: 'Prove once more who you are',
    description: 'As `POST /api/v1/auth/step-up`; the session is good for it for five minutes.',
    tag,
    policy: signedIn,
    limits: { policies: ['sign-in'] },
    maximumBytes: 8192,
    body: z.object({ password: text(4_000), code: text(200).optional() }),
    answers: {
      200: { description: 'Proven', schema: z.object({ expiresIn }) },
      403: { description: '`wrong_password`, `code_required`, `wrong_code`' },
      429: { description: refusals },
    },
    handle: async ({ body }) => {
      const { shown, keep } = sessionExchange()
      if (!shown.access) throw noSession()
      const asked = { body: { ...body, ...device() }, bearer: shown.access }
      const proven = steppedUp.parse(await ask('/api/v1/auth/step-up', asked))
      keep('access', proven.accessToken, proven.expiresIn)
      return { status: 200, body: { expiresIn: proven.expiresIn } }
    },
  }),

  route({
    method: 'delete',
    path: '/api/v1/session',
    summary: 'Sign out',
    description:
      'Ends the session at identity and removes its cookies. While identity is away it stays: try again.',
    tag,
    policy: anyone,
    limits: { policies: ['refresh'] },
    answers: { 204: { description: 'Signed out, or nobody was signed in' } },
    handle: async () => {
      const { forget } = sessionExchange()
      await signOut(ask)
      forget('access')
      forget('refresh')
      return { status: 204 }
    },
  }),
]

const noSession = (): Problem => unauthorized('unauthenticated', 'Nobody is signed in here. Sign in first.')

function device(): { deviceToken?: string } {
  const { shown } = sessionExchange()
  return shown.device ? { deviceToken: shown.device } : {}
}

/** Puts the tokens where no script sees them. @returns what is left for the page */
function begun(answer: unknown): z.input<typeof signedInAnswer> {
  const { keep } = sessionExchange()
  const given = tokens.parse(answer)
  keep('access', given.accessToken, given.expiresIn)
  keep('refresh', given.refreshToken, REFRESH_SECONDS)
  if (given.deviceToken) keep('device', given.deviceToken, DEVICE_SECONDS)
  return signedInAnswer.parse(answer)
}

async function refresh(ask: AskIdentity): Promise<unknown> {
  const { shown } = sessionExchange()
  if (!shown.refresh) throw noSession()
  return ask('/api/v1/auth/refresh', { body: { refreshToken: shown.refresh } })
}

/** The access token may have run out while the session has not: then the session is ended by what continues it. */
async function signOut(ask: AskIdentity): Promise<void> {
  const { shown } = sessionExchange()
  const withToken = (bearer: string) => unlessEnded(ask('/api/v1/auth/logout', { bearer }))
  if (shown.access && (await withToken(shown.access)) !== 'ended') return
  if (!shown.refresh) return
  const renewed = await unlessEnded(refresh(ask))
  if (renewed !== 'ended') await withToken(tokens.parse(renewed).accessToken)
}

async function unlessEnded(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return 'ended'
    throw error
  }
}
