import { unauthorized } from '../errors.ts'
import type { Policy } from './policy.ts'
import type { Principal } from './principal.ts'

const FIVE_MINUTES = 300

/**
 * For what a stolen token must not be enough for: whoever calls has proven within `maxAgeSeconds` who they are, by all
 * factors that they have. Otherwise the refusal is the challenge of RFC 9470, and `POST /api/v1/auth/step-up` gives a
 * token that passes. Keys never do: nobody is there who could prove anything.
 * @param now milliseconds, for tests
 */
export function recently<Who extends Principal>(
  policy: Policy<Who>,
  maxAgeSeconds = FIVE_MINUTES,
  now: () => number = Date.now,
): Policy<Who> {
  return {
    ...policy,
    /** @throws {Problem} as `policy`, and 401 `insufficient_user_authentication` */
    admit(caller) {
      const principal = policy.admit(caller)
      const age = now() / 1000 - (principal.authTime ?? Number.NEGATIVE_INFINITY)
      if (age <= maxAgeSeconds) return principal
      const detail = `This needs a proof of who you are that is at most ${maxAgeSeconds} seconds old.`
      throw unauthorized('insufficient_user_authentication', detail, {
        extensions: { maxAge: maxAgeSeconds },
        headers: {
          'www-authenticate': `Bearer realm="alta", error="insufficient_user_authentication", error_description="${detail}", max_age="${maxAgeSeconds}"`,
        },
      })
    },
  }
}
