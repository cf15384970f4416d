import { type Kysely, sql } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'

export const CHALLENGE_SECONDS = 300

export async function insertChallenge(
  tx: Kysely<IdentitySchema>,
  challenge: { hash: Buffer; tenant_id: string; user_id: string },
): Promise<void> {
  const expires_at = sql<Date>`clock_timestamp() + make_interval(secs => ${CHALLENGE_SECONDS})`
  await tx
    .insertInto('sign_in_challenges')
    .values({ ...challenge, expires_at })
    .execute()
}

/** @returns whose it is, while it can still be met */
export function userOfChallenge(
  tx: Kysely<IdentitySchema>,
  hash: Buffer,
): Promise<{ user_id: string; tenant_id: string } | undefined> {
  return tx
    .selectFrom('sign_in_challenges')
    .select(['user_id', 'tenant_id'])
    .where('hash', '=', hash)
    .where('expires_at', '>', sql<Date>`clock_timestamp()`)
    .executeTakeFirst()
}

/** @returns false when it is gone: met before, or taken back */
export async function takeChallenge(tx: Kysely<IdentitySchema>, hash: Buffer): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('sign_in_challenges')
    .where('hash', '=', hash)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

/** Whoever has shown a password that counts no longer is not half signed in. */
export async function removeChallengesOf(tx: Kysely<IdentitySchema>, userId: string): Promise<void> {
  await tx.deleteFrom('sign_in_challenges').where('user_id', '=', userId).execute()
}

/** @returns how many */
export async function removeExpiredChallenges(tx: Kysely<IdentitySchema>): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('sign_in_challenges')
    .where('expires_at', '<', sql<Date>`now()`)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
