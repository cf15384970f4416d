import type { Problem } from '@alta/kit/errors'
import { log } from '@alta/kit/telemetry/log'
import type { Kysely } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'
import { hashOf, newToken } from '../keys/opaque-token.ts'
import { presentedToken, replaceRefreshToken } from './refresh-token.repository.ts'
import { sealSuccessor, unsealSuccessor } from './refresh-token.ts'
import { invalidRefreshToken } from './session.problems.ts'
import { endSession, type SessionRow } from './session.repository.ts'

/**
 * A refresh token works once. A second use means that two parties hold it, and nobody can tell which of
 * them is the thief: the whole session ends, for both.
 *
 * One exception, where ASVS 10.4.5 has none: a page that refreshes in two tabs at once, or that lost the
 * answer on the way, comes with the token before the current one. For `grace` seconds that yields the
 * current token once more, never a further one, and never after the current one was used. So a thief who
 * comes within the grace gets what the owner has, and the next refresh of the slower of them ends the session.
 *
 * @param session locked, so that two refreshes of it take turns
 */
export async function rotate(
  tx: Kysely<IdentitySchema>,
  session: SessionRow,
  token: string,
  grace: number,
): Promise<{ token: string } | { refused: Problem; ended?: true }> {
  if (session.ended_at) return { refused: invalidRefreshToken(`the session ended: ${session.end_reason}`) }
  if (session.expires_at.getTime() <= Date.now())
    return { refused: invalidRefreshToken('the session is over') }

  const hash = hashOf(token)
  const presented = await presentedToken(tx, hash)
  if (!presented) return { refused: invalidRefreshToken('unknown refresh token') }

  if (!presented.used) {
    const successor = newToken()
    await replaceRefreshToken(
      tx,
      { hash, sealedSuccessor: sealSuccessor(token, successor) },
      { hash: hashOf(successor), tenant_id: session.tenant_id, session_id: session.id },
    )
    return { token: successor }
  }

  const { usedFor, sealedSuccessor, successorUsed } = presented
  if (sealedSuccessor && !successorUsed && usedFor !== null && usedFor < grace) {
    return { token: unsealSuccessor(token, sealedSuccessor) }
  }

  await endSession(tx, session.id, 'token-reused')
  log.warn(
    { sessionId: session.id, userId: session.user_id },
    'a refresh token was used twice: session ended',
  )
  return { refused: invalidRefreshToken('used before'), ended: true }
}
