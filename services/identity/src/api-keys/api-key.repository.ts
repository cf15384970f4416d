import { type Kysely, type Selectable, sql } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'
import { revokeSessions } from '../revocations/revocation.repository.ts'

export type ApiKeyRow = Selectable<IdentitySchema['api_keys']>

export async function insertKey(
  tx: Kysely<IdentitySchema>,
  key: Omit<ApiKeyRow, 'created_at' | 'expires_at' | 'revoked_at' | 'last_used_at'>,
  days: number,
): Promise<ApiKeyRow> {
  const expires_at = sql<Date>`clock_timestamp() + make_interval(days => ${days})`
  return tx
    .insertInto('api_keys')
    .values({ ...key, expires_at })
    .returningAll()
    .executeTakeFirstOrThrow()
}

const liveOf = (tx: Kysely<IdentitySchema>, userId: string) =>
  tx
    .selectFrom('api_keys')
    .selectAll()
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)

/** Latest first. */
export const liveKeysOf = (tx: Kysely<IdentitySchema>, userId: string): Promise<ApiKeyRow[]> =>
  liveOf(tx, userId).orderBy('id', 'desc').execute()

/** The key that can be used, with what its user may do now. */
export function keyByHash(tx: Kysely<IdentitySchema>, hash: Buffer) {
  return tx
    .selectFrom('api_keys')
    .innerJoin('users', 'users.id', 'api_keys.user_id')
    .innerJoin('tenants', 'tenants.tenant_id', 'users.tenant_id')
    .select([
      'api_keys.id',
      'api_keys.tenant_id',
      'api_keys.user_id',
      'api_keys.scope',
      'users.roles',
      'users.token_version',
      sql<number>`extract(epoch from api_keys.expires_at - clock_timestamp())::float8`.as('secondsLeft'),
    ])
    .where('api_keys.hash', '=', hash)
    .where('api_keys.revoked_at', 'is', null)
    .where('api_keys.expires_at', '>', sql<Date>`clock_timestamp()`)
    .where('users.disabled_at', 'is', null)
    .where('tenants.disabled_at', 'is', null)
    .executeTakeFirst()
}

/** Ends keys, and the access tokens that they were exchanged for. @returns how many */
export async function revokeKeys(tx: Kysely<IdentitySchema>, userId: string, id?: string): Promise<number> {
  const revoked = await tx
    .updateTable('api_keys')
    .set({ revoked_at: sql<Date>`clock_timestamp()` })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .$if(id !== undefined, (query) => query.where('id', '=', id ?? ''))
    .returning(['id', 'tenant_id'])
    .execute()
  await revokeSessions(tx, revoked)
  return revoked.length
}

export async function noteUses(tx: Kysely<IdentitySchema>, ids: readonly string[]): Promise<void> {
  await tx
    .updateTable('api_keys')
    .set({ last_used_at: sql<Date>`clock_timestamp()` })
    .where('id', 'in', ids)
    .execute()
}
