import { type Kysely, sql } from 'kysely'
import type { ReviewsSchema } from '../database/schema.ts'
import type { Review } from '../reviews/review.repository.ts'

type Tx = Kysely<ReviewsSchema>

export async function markPresent(tx: Tx, review: Review, userId: string, now: Date): Promise<void> {
  await sql`
    insert into presences (item_id, user_id, tenant_id, seen_at)
    values (${review.id}, ${userId}, ${review.tenantId}, ${now})
    on conflict (item_id, user_id) do update set seen_at = excluded.seen_at`.execute(tx)
}

export async function markGone(tx: Tx, itemId: string, userId: string): Promise<void> {
  await tx.deleteFrom('presences').where('item_id', '=', itemId).where('user_id', '=', userId).execute()
}

/** Who else has been heard of since, last seen first. */
export async function findOthers(
  tx: Tx,
  itemId: string,
  userId: string,
  { since, limit }: { since: Date; limit: number },
): Promise<string[]> {
  const rows = await tx
    .selectFrom('presences')
    .select('user_id')
    .where('item_id', '=', itemId)
    .where('user_id', '<>', userId)
    .where('seen_at', '>', since)
    .orderBy('seen_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ user_id }) => user_id)
}

export async function forgetPresences(tx: Tx, before: Date): Promise<void> {
  await tx.deleteFrom('presences').where('seen_at', '<=', before).execute()
}
