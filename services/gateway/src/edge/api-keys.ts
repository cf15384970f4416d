import { createHash } from 'node:crypto'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { type Problem, unauthorized, unavailable } from '@alta/kit/errors'
import { z } from 'zod'
import { wrongKeys } from './wrong-keys.ts'

const PREFIX = 'alta_'
const CACHED_MS = 60_000
const MOST_CACHED = 10_000

interface Known {
  token: Promise<string>
  /** The same once it is here. */
  given: string | undefined
  until: number
}

const exchanged = z.object({ accessToken: z.string(), expiresIn: z.number() })

export const isApiKey = (bearer: string | undefined): boolean => bearer?.startsWith(PREFIX) ?? false

export interface ApiKeys {
  /**
   * The access token that identity gives for a key, kept for a minute at most, so that services see nothing else. That
   * a key is wrong is kept as long.
   * @param network that it comes from
   * @throws {Problem} 401 `unauthenticated`; 429 `too_many_attempts`; 503 `unavailable`
   */
  tokenFor(key: string, network: string): Promise<string>
  /** This token of it is refused: the next call asks anew, unless somebody has done so since. */
  forget(key: string, token: string): void
}

export function apiKeys(sidecar: Sidecar, now: () => number = Date.now): ApiKeys {
  const guesses = wrongKeys(now)
  // Hashes, so that a heap dump does not hold every key.
  const known = new Map<string, Known>()
  const wrong = new Map<string, number>()
  const hashOf = (key: string) => createHash('sha256').update(key).digest('base64')

  async function exchange(key: string, keepUntil: (until: number) => void): Promise<string> {
    const answer = await sidecar.invoke('identity', '/private/api-keys/exchange', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key }),
      timeoutMs: 5_000,
    })
    const text = await Array.fromAsync(answer.body)
    if (answer.status === 200) {
      const { accessToken, expiresIn } = exchanged.parse(JSON.parse(Buffer.concat(text).toString()))
      keepUntil(now() + Math.min(CACHED_MS, expiresIn * 500))
      return accessToken
    }
    // Identity's own words about a key: unknown, or no key at all. Others, as daprd's 403, are about the call.
    if (answer.status !== 401 && answer.status !== 400) {
      throw unavailable('unavailable', 'Keys cannot be checked right now.', {
        note: `identity answers ${answer.status} to a key`,
      })
    }
    throw invalidKey()
  }

  /** A key that has ended never comes back, so that it need not be asked about again. */
  function noteWrong(hash: string): void {
    wrong.set(hash, now() + CACHED_MS)
    dropOldest(wrong)
  }

  return {
    async tokenFor(key, network) {
      const hash = hashOf(key)
      const found = known.get(hash)
      if (found && found.until > now()) return found.token
      known.delete(hash)
      if ((wrong.get(hash) ?? 0) > now()) throw invalidKey()
      const takeBack = guesses.admit(network)
      // Until it is answered, callers with the same key wait for one question.
      const entry: Known = { token: Promise.resolve(''), given: undefined, until: now() + CACHED_MS }
      entry.token = exchange(key, (until) => {
        entry.until = until
      })
      entry.token.then(
        (token) => {
          entry.given = token
          takeBack()
        },
        (error: Problem) => {
          known.delete(hash)
          if (error.status === 401) noteWrong(hash)
          else takeBack()
        },
      )
      known.set(hash, entry)
      dropOldest(known)
      return entry.token
    },
    // Of many that hear of its end at once one asks, and the others wait for the same: each question counts as a guess.
    forget(key, token) {
      const hash = hashOf(key)
      if (known.get(hash)?.given === token) known.delete(hash)
    },
  }
}

const dropOldest = (map: Map<string, unknown>): void => {
  const oldest = map.keys().next()
  if (map.size > MOST_CACHED && !oldest.done) map.delete(oldest.value)
}

const invalidKey = (): Problem =>
  unauthorized('unauthenticated', 'This key is not valid (any more).', {
    headers: {
      'www-authenticate':
        'Bearer realm="alta", error="invalid_token", error_description="The key is not valid."',
    },
  })
