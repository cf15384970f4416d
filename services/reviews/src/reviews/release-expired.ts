import { reviewReleased } from '@alta/contracts/events/review-released.v1'
import type { Database } from '@alta/kit/database/database'
import type { ReviewsSchema } from '../database/schema.ts'
import { factsOf } from './review.events.ts'
import { expireClaims } from './review.repository.ts'

const BATCH = 100

/**
 * Puts items whose claims have run out back into the queue and says so. Reading already counts them as open,
 * so a late sweep delays only the event. Safe in several processes at once.
 * @returns how many were freed
 */
export async function releaseExpired(database: Database<ReviewsSchema>, now: Date): Promise<number> {
  let freed = 0
  let batch: number
  do {
    batch = await database.system(async ({ tx, emitFor }) => {
      const reviews = await expireClaims(tx, now, BATCH)
      for (const review of reviews) {
        const data = { ...factsOf(review), by: null }
        emitFor(review.tenantId)(reviewReleased, data, { sequence: review.version })
      }
      return reviews.length
    })
    freed += batch
  } while (batch === BATCH)
  return freed
}
