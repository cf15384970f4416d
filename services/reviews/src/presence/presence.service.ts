import type { Database } from '@alta/kit/database/database'
import type { ReviewsSchema } from '../database/schema.ts'
import { type Caller, openReview } from '../reviews/review.access.ts'
import { findReview } from '../reviews/review.repository.ts'
import { findOthers, forgetPresences, markGone, markPresent } from './presence.repository.ts'

/** Seconds. A desk speaks up every 15; one that has been silent for two turns is closed, or without a network. */
const LASTS_SECONDS = 40
const MOST_TOLD = 20

/** Who has an item open. It decides nothing: who may change it is the claim's. */
export function presenceService({
  database,
  clock,
}: {
  database: Database<ReviewsSchema>
  clock: () => Date
}) {
  const since = (now: Date): Date => new Date(now.getTime() - LASTS_SECONDS * 1_000)
  return {
    /** @returns who else is there @throws {Problem} 404 `review_not_found` */
    arrive: (caller: Caller, id: string): Promise<string[]> =>
      database.transaction(caller.tenantId, async ({ tx }) => {
        const { review } = await openReview(tx, caller, id, findReview)
        const now = clock()
        await markPresent(tx, review, caller.userId, now)
        return findOthers(tx, id, caller.userId, { since: since(now), limit: MOST_TOLD })
      }),

    /** @throws {Problem} 404 `review_not_found` */
    leave: (caller: Caller, id: string): Promise<void> =>
      database.transaction(caller.tenantId, async ({ tx }) => {
        await openReview(tx, caller, id, findReview)
        await markGone(tx, id, caller.userId)
      }),

    /** Of all tenants. */
    sweep: (): Promise<void> => database.system(({ tx }) => forgetPresences(tx, since(clock()))),
  }
}

export type PresenceService = ReturnType<typeof presenceService>
