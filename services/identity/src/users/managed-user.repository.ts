import { type Kysely, sql } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'
import type { UserRow } from './user.repository.ts'

/** Latest first: ids tell the order in which they were made. */
export function listUsers(
  tx: Kysely<IdentitySchema>,
  { limit, before }: { limit: number; before: string | undefined },
): Promise<UserRow[]> {
  return tx
    .selectFrom('users')
    .selectAll()
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? ''))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

export async function setDisabled(tx: Kysely<IdentitySchema>, id: string, disabled: boolean): Promise<void> {
  await tx
    .updateTable('users')
    .set({ disabled_at: disabled ? sql<Date>`coalesce(disabled_at, clock_timestamp())` : null })
    .where('id', '=', id)
    .execute()
}

export async function setRoles(
  tx: Kysely<IdentitySchema>,
  id: string,
  roles: readonly string[],
): Promise<void> {
  await tx
    .updateTable('users')
    .set({ roles: [...roles] })
    .where('id', '=', id)
    .execute()
}
