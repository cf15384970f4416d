import { z } from 'zod'
import type { SidecarSettings } from '../dapr/sidecar.ts'
import { Problem, unauthorized, unavailable } from '../errors.ts'

/** Where identity tells its verifiers which tokens have ended before their time. */
export const REVOCATIONS_PATH = '/private/revocations'

const revocation = z.object({
  /** `session`: every token of it, or of the key, client or consent with this id; `user`: every token older than the version. */
  kind: z.enum(['session', 'user']),
  id: z.uuid(),
  version: z.number().int().nullable(),
  secondsLeft: z.number().describe('Until the last token that it concerns has expired by itself.'),
})
export const revocationPage = z
  .object({
    items: z.array(revocation),
    next: z.string().describe('Where the next question goes on; what is told twice does no harm.'),
  })
  .meta({ id: 'Revocations' })
export type RevocationPage = z.infer<typeof revocationPage>

/** What was revoked since; without `after` all that still matters. */
export type RevocationSource = (after: string | undefined) => Promise<RevocationPage>

/** What a verified token says about when it was made. */
export interface RevocableToken {
  readonly sessionId: string
  readonly userId: string
  readonly version: number
  /** What else it ends with. */
  readonly origins?: readonly string[] | undefined
}

const TOKEN_ENDED = 'error_description="The session has ended."'

/** Whether an answer of a service, by its `www-authenticate`, refuses a token for having ended before its time. */
export const saysTokenEnded = (challenge: unknown): boolean => String(challenge ?? '').includes(TOKEN_ENDED)

export type Revocations = ReturnType<typeof revocationsFrom>

/**
 * Tokens that have ended before their time, as this process has heard of them. The first question asks for all that
 * still matters, which is how a process that starts catches up; every later one for what is new. While identity cannot
 * be asked it makes no tokens either, so those that go unheard of end by themselves within the life of a token.
 * An entry is kept until the tokens that it concerns have expired: memory holds the ends of some minutes.
 */
export function revocationsFrom(source: RevocationSource, now: () => number = Date.now) {
  const sessions = new Map<string, number>()
  const users = new Map<string, { version: number; until: number }>()
  let next: string | undefined
  let asking: Promise<void> | undefined

  async function ask(): Promise<void> {
    const page = await source(next)
    for (const { kind, id, version, secondsLeft } of page.items) {
      const until = now() + secondsLeft * 1000
      if (kind === 'session') sessions.set(id, until)
      else if ((users.get(id)?.version ?? 0) <= (version ?? 0))
        users.set(id, { version: version ?? 0, until })
    }
    next = page.next
    for (const [id, until] of sessions) if (until < now()) sessions.delete(id)
    for (const [id, { until }] of users) if (until < now()) users.delete(id)
  }

  /** Asks for what is new; callers at the same time share one question. */
  function refresh(): Promise<void> {
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }

  return {
    refresh,

    /**
     * @throws {Problem} 401 `session_ended`; 503 `unavailable` while nothing could be heard yet, as identity's keys could
     *   not be had then either
     */
    async refuse({ sessionId, userId, version, origins = [] }: RevocableToken): Promise<void> {
      if (next === undefined) await refresh().catch(nothingHeard)
      const ofUser = users.get(userId)
      const ended = [sessionId, ...origins].some((id) => sessions.has(id))
      if (!ended && !(ofUser && version < ofUser.version)) return
      throw unauthorized('session_ended', 'This session has ended. Sign in again.', {
        headers: {
          'www-authenticate': `Bearer realm="alta", error="invalid_token", ${TOKEN_ENDED}`,
        },
      })
    },

    /** Entries held, for figures and tests. */
    get size(): number {
      return sessions.size + users.size
    },
  }
}

function nothingHeard(cause: unknown): never {
  if (cause instanceof Problem && cause.status === 503) throw cause
  throw unavailable('unavailable', 'Tokens cannot be checked right now.', {
    cause,
    note: 'the revocations of identity could not be fetched',
  })
}

/** Asks identity through the sidecar. */
export function identityRevocations({ DAPR_HTTP_PORT, DAPR_API_TOKEN }: SidecarSettings): RevocationSource {
  return async (after) => {
    const url = new URL(`http://127.0.0.1:${DAPR_HTTP_PORT}${REVOCATIONS_PATH}`)
    if (after !== undefined) url.searchParams.set('after', after)
    const answer = await fetch(url, {
      headers: {
        'dapr-app-id': 'identity',
        ...(DAPR_API_TOKEN ? { 'dapr-api-token': DAPR_API_TOKEN } : {}),
      },
      signal: AbortSignal.timeout(5_000),
    })
    // An identity of the release before this one, while a new version is rolled out: it ends no tokens.
    if (answer.status === 404) return { items: [], next: '0' }
    if (!answer.ok) throw new Error(`identity answers ${answer.status} to ${REVOCATIONS_PATH}`)
    return revocationPage.parse(await answer.json())
  }
}

/** How a process hears of ends while it runs. */
export const hearOfRevocations = (revocations: Pick<Revocations, 'refresh'>) => ({
  name: 'hear of ended sessions',
  everySeconds: 2,
  run: () => revocations.refresh(),
})
