import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { notFound } from '@alta/kit/errors'
import type { Kysely } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'
import { sessionEnded } from './session.problems.ts'
import {
  endSession,
  endSessionsOf,
  isOpen,
  openSession,
  openSessionsOf,
  type SessionRow,
} from './session.repository.ts'

export type OwnSessionsService = ReturnType<typeof ownSessionsService>

/** Where somebody is signed in, as they see it themselves. All of it throws 401 `session_ended` once that is over. */
export function ownSessionsService(database: Database<IdentitySchema>) {
  const insist = async (tx: Kysely<IdentitySchema>, { sessionId }: Principal): Promise<void> => {
    if (!(await isOpen(tx, sessionId))) throw sessionEnded()
  }

  return {
    /** Latest sign-in first. @param page.before id of the last one already shown */
    list: (
      principal: Principal,
      page: { limit: number; before: string | undefined },
    ): Promise<SessionRow[]> =>
      database.read(principal.tenantId, async (tx) => {
        await insist(tx, principal)
        return openSessionsOf(tx, principal.userId, page)
      }),

    /** @throws {Problem} 404 `session_not_found`, also for somebody else's */
    async end(principal: Principal, id: string): Promise<void> {
      await database.transaction(principal.tenantId, async ({ tx }) => {
        await insist(tx, principal)
        if (!(await openSession(tx, principal.userId, id))) {
          throw notFound('session_not_found', 'There is no such session, or it has ended.')
        }
        await endSession(tx, id, 'revoked')
      })
    },

    async endOthers(principal: Principal): Promise<void> {
      await database.transaction(principal.tenantId, async ({ tx }) => {
        await insist(tx, principal)
        await endSessionsOf(tx, principal.userId, { except: principal.sessionId, reason: 'revoked' })
      })
    },
  }
}
