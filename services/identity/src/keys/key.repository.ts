import { type Kysely, type Selectable, sql } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'

export type KeyRow = Selectable<IdentitySchema['signing_keys']>

/** Newest first. */
export function listKeys(tx: Kysely<IdentitySchema>): Promise<KeyRow[]> {
  return tx.selectFrom('signing_keys').selectAll().orderBy('activates_at', 'desc').execute()
}

/** Held to the end of the transaction: of several processes that find no key, one makes it. */
export async function lockKeys(tx: Kysely<IdentitySchema>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('alta identity signing_keys'))`.execute(tx)
}

/** Under another encryption key; unless somebody has done so already. */
export async function storeSealedKey(
  tx: Kysely<IdentitySchema>,
  kid: string,
  { before, after }: { before: Buffer; after: Buffer },
): Promise<void> {
  await tx
    .updateTable('signing_keys')
    .set({ sealed_private_key: after })
    .where('kid', '=', kid)
    .where('sealed_private_key', '=', before)
    .execute()
}

export async function insertKey(tx: Kysely<IdentitySchema>, row: KeyRow): Promise<void> {
  await tx
    .insertInto('signing_keys')
    .values({ ...row, public_jwk: JSON.stringify(row.public_jwk) })
    .execute()
}
