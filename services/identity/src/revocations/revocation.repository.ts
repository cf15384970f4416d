import type { RevocationPage } from '@alta/kit/auth/revocation'
import { type Kysely, sql } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'

/**
 * Ends every access token that the user has, those of keys included. Sessions go on: their next token is a newer one.
 * Takes the user's row; a token that is being made meanwhile has the old version, and is refused.
 */
export async function endTokensOf(tx: Kysely<IdentitySchema>, userId: string): Promise<void> {
  await sql`
    with newer as (
      update users set token_version = token_version + 1 where id = ${userId}
      returning id, tenant_id, token_version
    )
    insert into revocations (tenant_id, kind, subject, version)
    select tenant_id, 'user', id, token_version from newer
  `.execute(tx)
}

/** Ends the access tokens of sessions, keys, clients or consents. */
export async function revokeSessions(
  tx: Kysely<IdentitySchema>,
  ended: readonly { id: string; tenant_id: string }[],
): Promise<void> {
  if (ended.length === 0) return
  await tx
    .insertInto('revocations')
    .values(ended.map(({ id, tenant_id }) => ({ tenant_id, kind: 'session', subject: id, version: null })))
    .execute()
}

/**
 * What was revoked by transactions that were not over at the question that gave `after`. Those still running are below
 * the new `next`, so that nothing is missed, whatever the order of commits; some is told twice. A database that was
 * restored counts from elsewhere: what lies ahead of it is told from the start.
 * @param lifetime of an access token in seconds
 */
export async function revokedSince(
  tx: Kysely<IdentitySchema>,
  after: string | undefined,
  lifetime: number,
): Promise<RevocationPage> {
  // One statement, and so one snapshot: the position belongs to what was read.
  const { rows } = await sql<{ next: string; items: RevocationPage['items'] }>`
    with position as (select pg_snapshot_xmin(pg_current_snapshot()) as now)
    select position.now::text as next, coalesce(jsonb_agg(jsonb_build_object(
        'kind', kind, 'id', subject, 'version', version,
        'secondsLeft', extract(epoch from revoked_at - clock_timestamp()) + ${lifetime}::integer
      )) filter (where revocations.id is not null), '[]') as items
    from position left join revocations
      on revoked_at > now() - make_interval(secs => ${lifetime})
      and written_by >= case
        when ${after ?? '0'}::text::xid8 > position.now then '0'::xid8 else ${after ?? '0'}::text::xid8 end
    group by position.now
  `.execute(tx)
  return rows[0] ?? { next: '0', items: [] }
}

/** @returns how many are gone: the tokens that they concern have expired */
export async function removeOldRevocations(tx: Kysely<IdentitySchema>, lifetime: number): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('revocations')
    .where('revoked_at', '<', sql<Date>`now() - make_interval(secs => ${lifetime})`)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
