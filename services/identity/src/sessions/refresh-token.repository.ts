import { type Kysely, sql } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'

export interface PresentedToken {
  used: boolean
  /** Seconds since its use. */
  usedFor: number | null
  sealedSuccessor: Buffer | null
  /** Whether the successor was used in its turn. */
  successorUsed: boolean
}

export async function insertRefreshToken(
  tx: Kysely<IdentitySchema>,
  token: { hash: Buffer; tenant_id: string; session_id: string },
): Promise<void> {
  await tx.insertInto('refresh_tokens').values(token).execute()
}

/** Read it after the session was locked. Ages are the database's own: its clock wrote them. */
export function presentedToken(
  tx: Kysely<IdentitySchema>,
  hash: Buffer,
): Promise<PresentedToken | undefined> {
  return tx
    .selectFrom('refresh_tokens as token')
    .leftJoin('refresh_tokens as successor', 'successor.hash', 'token.successor_hash')
    .select([
      sql<boolean>`token.used_at is not null`.as('used'),
      sql<number | null>`extract(epoch from clock_timestamp() - token.used_at)::float8`.as('usedFor'),
      'token.sealed_successor as sealedSuccessor',
      sql<boolean>`successor.used_at is not null`.as('successorUsed'),
    ])
    .where('token.hash', '=', hash)
    .executeTakeFirst()
}

/** Marks a token used and brings its successor into being. */
export async function replaceRefreshToken(
  tx: Kysely<IdentitySchema>,
  used: { hash: Buffer; sealedSuccessor: Buffer },
  successor: { hash: Buffer; tenant_id: string; session_id: string },
): Promise<void> {
  await insertRefreshToken(tx, successor)
  await tx
    .updateTable('refresh_tokens')
    .set({
      used_at: sql<Date>`clock_timestamp()`,
      successor_hash: successor.hash,
      sealed_successor: used.sealedSuccessor,
    })
    .where('hash', '=', used.hash)
    .execute()
}
