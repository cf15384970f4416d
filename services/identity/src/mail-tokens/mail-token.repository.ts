import { type Kysely, type Selectable, sql } from 'kysely'
import type { IdentitySchema, TokenPurpose } from '../database/schema.ts'

export type MailTokenRow = Selectable<IdentitySchema['mail_tokens']>

export async function insertMailToken(
  tx: Kysely<IdentitySchema>,
  token: Omit<MailTokenRow, 'created_at' | 'expires_at' | 'ended_at'>,
  lifetimeSeconds: number,
): Promise<void> {
  const expires_at = sql<Date>`clock_timestamp() + make_interval(secs => ${lifetimeSeconds})`
  await tx
    .insertInto('mail_tokens')
    .values({ ...token, expires_at })
    .execute()
}

/** How many the user was sent within the last hour, used or not: take the user's row first. */
export const mailTokensOfUser = (
  tx: Kysely<IdentitySchema>,
  userId: string,
  purpose: TokenPurpose,
): Promise<number> => countRecent(tx, purpose, { column: 'user_id', value: userId })

/**
 * How many were sent to an address within the last hour, by whomever. Until the transaction ends nobody else counts
 * the same: of two at once the second sees the first.
 */
export async function mailTokensTo(
  tx: Kysely<IdentitySchema>,
  email: string,
  purpose: TokenPurpose,
): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtext(${`alta identity mail ${email}`}))`.execute(tx)
  return countRecent(tx, purpose, { column: 'email', value: email })
}

async function countRecent(
  tx: Kysely<IdentitySchema>,
  purpose: TokenPurpose,
  { column, value }: { column: 'user_id' | 'email'; value: string },
): Promise<number> {
  const { count } = await tx
    .selectFrom('mail_tokens')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where(column, '=', value)
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
    .where('ended_at', 'is', null)
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
    .updateTable('mail_tokens')
    .set({ ended_at: sql<Date>`clock_timestamp()` })
    .where('hash', '=', hash)
    .where('purpose', '=', purpose)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', sql<Date>`clock_timestamp()`)
    .returningAll()
    .executeTakeFirst()
}

/** What lies in a mailbox opens nothing any more. It was sent all the same, and goes on counting. */
export async function revokeMailTokens(
  tx: Kysely<IdentitySchema>,
  userId: string,
  purposes: readonly TokenPurpose[],
): Promise<void> {
  await tx
    .updateTable('mail_tokens')
    .set({ ended_at: sql<Date>`clock_timestamp()` })
    .where('user_id', '=', userId)
    .where('purpose', 'in', purposes)
    .where('ended_at', 'is', null)
    .execute()
}

/** What cannot be used any more, once it does not count either. @returns how many */
export async function removeExpiredMailTokens(tx: Kysely<IdentitySchema>): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('mail_tokens')
    .where('created_at', '<', sql<Date>`now() - interval '1 hour'`)
    .where((is) => is.or([is('ended_at', 'is not', null), is('expires_at', '<', sql<Date>`now()`)]))
    .executeTakeFirst()
  return Number(numDeletedRows)
}
