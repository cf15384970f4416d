import { type Kysely, type Selectable, sql } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'

export type TotpFactorRow = Selectable<IdentitySchema['totp_factors']>

export async function hasSecondFactor(tx: Kysely<IdentitySchema>, userId: string): Promise<boolean> {
  return (await factorOf(tx, userId))?.confirmed_at != null
}

export function factorOf(tx: Kysely<IdentitySchema>, userId: string): Promise<TotpFactorRow | undefined> {
  return tx.selectFrom('totp_factors').selectAll().where('user_id', '=', userId).executeTakeFirst()
}

/** To the end of the transaction: guesses at one factor take turns. */
export function lockFactor(tx: Kysely<IdentitySchema>, userId: string): Promise<TotpFactorRow | undefined> {
  return tx
    .selectFrom('totp_factors')
    .selectAll()
    .where('user_id', '=', userId)
    .forUpdate()
    .executeTakeFirst()
}

/** In place of one that was never confirmed. */
export async function replaceFactor(
  tx: Kysely<IdentitySchema>,
  factor: Pick<TotpFactorRow, 'user_id' | 'tenant_id' | 'sealed_secret'>,
): Promise<void> {
  await removeFactor(tx, factor.user_id)
  await tx.insertInto('totp_factors').values(factor).execute()
}

/** In the order of their users. */
export function secretsAfter(
  tx: Kysely<IdentitySchema>,
  userId: string,
  limit: number,
): Promise<Pick<TotpFactorRow, 'user_id' | 'sealed_secret'>[]> {
  return tx
    .selectFrom('totp_factors')
    .select(['user_id', 'sealed_secret'])
    .where('user_id', '>', userId)
    .orderBy('user_id')
    .limit(limit)
    .execute()
}

/** Under another encryption key; unless the app was set up anew meanwhile. */
export async function storeSealedSecret(
  tx: Kysely<IdentitySchema>,
  userId: string,
  { before, after }: { before: Buffer; after: Buffer },
): Promise<void> {
  await tx
    .updateTable('totp_factors')
    .set({ sealed_secret: after })
    .where('user_id', '=', userId)
    .where('sealed_secret', '=', before)
    .execute()
}

/** And its recovery codes with it. */
export async function removeFactor(tx: Kysely<IdentitySchema>, userId: string): Promise<void> {
  await tx.deleteFrom('totp_factors').where('user_id', '=', userId).execute()
}

export async function confirmFactor(tx: Kysely<IdentitySchema>, userId: string): Promise<void> {
  await tx
    .updateTable('totp_factors')
    .set({ confirmed_at: sql<Date>`clock_timestamp()` })
    .where('user_id', '=', userId)
    .execute()
}

/** @returns false when a code of this step or of a later one was taken before */
export async function takeStep(tx: Kysely<IdentitySchema>, userId: string, step: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('totp_factors')
    .set({ last_step: String(step) })
    .where('user_id', '=', userId)
    .where('last_step', '<', String(step))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function replaceRecoveryCodes(
  tx: Kysely<IdentitySchema>,
  user: { id: string; tenant_id: string },
  hashes: readonly Buffer[],
): Promise<void> {
  await tx.deleteFrom('recovery_codes').where('user_id', '=', user.id).execute()
  await tx
    .insertInto('recovery_codes')
    .values(hashes.map((hash) => ({ hash, tenant_id: user.tenant_id, user_id: user.id })))
    .execute()
}

/** @returns false when there is no such code, or no more */
export async function takeRecoveryCode(
  tx: Kysely<IdentitySchema>,
  userId: string,
  hash: Buffer,
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('recovery_codes')
    .where('user_id', '=', userId)
    .where('hash', '=', hash)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

export async function recoveryCodesLeft(tx: Kysely<IdentitySchema>, userId: string): Promise<number> {
  const { count } = await tx
    .selectFrom('recovery_codes')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  return Number(count)
}
