import { type Kysely, type Selectable, sql } from 'kysely'
import type { IdentitySchema, TokenPurpose } from '../database/schema.ts'

export type MailTokenRow = Selectable<IdentitySchema['mail_tokens']>

export async function insertMailToken(
  tx: Kysely<IdentitySchema>,
  token: Omit<MailTokenRow, 'created_at' | 'expires_at'>,
  lifetimeSeconds: number,
): Promise<void> {
  const expires_at = sql<Date>`clock_timestamp() + make_interval(secs => ${lifetimeSeconds})`
  await tx
    .insertInto('mail_tokens')
    .values({ ...token, expires_at })
    .execute()
}

/** How many the user was sent within the last hour, used or not: take the user's row first. */
export async function recentMailTokens(
  tx: Kysely<IdentitySchema>,
  userId: string,
  purpose: TokenPurpose,
): Promise<number> {
  const { count } = await tx
    .selectFrom('mail_tokens')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('user_id', '=', userId)
    .where('purpose', '=', purpose)
    .where('created_at', '>', sql<Date>`now() - interval '1 hour'`)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** The token while it can still be used. */
export function validMailToken(
  tx: Kysely<IdentitySchema>,
  hash: Buffer,
  purpose: TokenPurpose,
): Promise<MailTokenRow | undefined> {
  return tx
    .selectFrom('mail_tokens')
    .selectAll()
    .where('hash', '=', hash)
    .where('purpose', '=', purpose)
    .where('expires_at', '>', sql<Date>`clock_timestamp()`)
    .executeTakeFirst()
}

/** The same, for good: of two who come with one token at once, one gets it. */
export function takeMailToken(
  tx: Kysely<IdentitySchema>,
  hash: Buffer,
  purpose: TokenPurpose,
): Promise<MailTokenRow | undefined> {
  return tx
    .deleteFrom('mail_tokens')
    .where('hash', '=', hash)
    .where('purpose', '=', purpose)
    .where('expires_at', '>', sql<Date>`clock_timestamp()`)
    .returningAll()
    .executeTakeFirst()
}

/** What lies in a mailbox opens nothing any more. */
export async function revokeMailTokens(
  tx: Kysely<IdentitySchema>,
  userId: string,
  purposes: readonly TokenPurpose[],
): Promise<void> {
  await tx.deleteFrom('mail_tokens').where('user_id', '=', userId).where('purpose', 'in', purposes).execute()
}

/** An hour after their end: until then they count. @returns how many */
export async function removeExpiredMailTokens(tx: Kysely<IdentitySchema>): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('mail_tokens')
    .where('expires_at', '<', sql<Date>`now() - interval '1 hour'`)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
