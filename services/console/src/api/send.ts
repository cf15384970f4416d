import { dropWhatIsLeft } from '../session/left-behind.ts'
import { alone } from './locks.ts'
import { problemOf, unreachable } from './problem.ts'

/** Told when the session has ended and cannot be renewed: whoever is signed in has to sign in again. */
let signedOut: () => void = () => undefined
/** Asks the person to prove themselves; resolves to whether they have. */
let askForProof: () => Promise<boolean> = async () => false

/** Called once by the app, so that what sends requests need not know of pages and dialogs. */
export function onSession(reactions: { signedOut: () => void; askForProof: () => Promise<boolean> }): void {
  signedOut = reactions.signedOut
  askForProof = reactions.askForProof
}

/**
 * Sends a request with the session's cookies. A token that is over is renewed and the request sent once more; what
 * wants a fresh proof of who is there (RFC 9470) asks the person for it and goes on.
 * @throws {Problem} of every answer that is not a success
 */
export async function send(request: Request): Promise<Response> {
  const again = request.clone()
  const first = await reach(request)
  if (first.ok) return first
  const problem = await problemOf(first)
  if (problem.status !== 401) throw problem
  const goesOn =
    problem.code === 'insufficient_user_authentication'
      ? await proof()
      : isAboutTokens(problem.code) && (await renewSession())
  if (!goesOn) throw problem
  const second = await reach(again)
  if (second.ok) return second
  throw await problemOf(second)
}

let proving: Promise<boolean> | undefined
/** Requests that want a proof at once wait for one: of two questions only the later would ever be answered. */
const proof = (): Promise<boolean> => {
  proving ??= askForProof().finally(() => {
    proving = undefined
  })
  return proving
}

/** Other 401s are about what was shown in the request itself, such as a wrong password. */
const isAboutTokens = (code: string): boolean =>
  ['unauthenticated', 'token_expired', 'token_invalid', 'invalid_token', 'session_ended'].includes(code)

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    if (request.signal.aborted) throw error
    throw unreachable()
  }
}

/**
 * One tab renews at a time, and those that waited for it have its cookies: each refresh token works once.
 * @returns whether there is a session still
 */
export async function renewSession(): Promise<boolean> {
  const asked = Date.now()
  return alone('alta-session', async () => {
    if (renewedAt() > asked) return true
    const answer = await reach(new Request('/api/v1/session/refresh', { method: 'POST' }))
    if (answer.ok) {
      localStorage.setItem(RENEWED_AT, String(Date.now()))
      return true
    }
    const problem = await problemOf(answer)
    // Too many requests, or identity is away: the session may be good still.
    if (problem.status !== 401 && problem.status !== 403) throw problem
    // Where no cookie is left it has run out by itself, and whoever comes back goes on with what they have typed.
    if (problem.code !== 'unauthenticated') dropWhatIsLeft()
    signedOut()
    return false
  })
}

/** A time, no secret: tabs tell each other with it that the cookies are new. */
const RENEWED_AT = 'alta.session-renewed-at'
const renewedAt = (): number => Number(localStorage.getItem(RENEWED_AT) ?? 0)
