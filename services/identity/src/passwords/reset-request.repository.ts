import { type Kysely, sql } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'

export async function insertResetRequest(
  tx: Kysely<IdentitySchema>,
  request: { id: string; tenant_id: string; email: string },
): Promise<void> {
  await tx.insertInto('reset_requests').values(request).execute()
}

/** Takes the oldest requests; others take others meanwhile. */
export async function takeResetRequests(
  tx: Kysely<IdentitySchema>,
  most: number,
): Promise<{ email: string }[]> {
  const { rows } = await sql<{ email: string }>`
    delete from reset_requests
    where id in (select id from reset_requests order by id limit ${most} for update skip locked)
    returning email
  `.execute(tx)
  return rows
}
