import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'
import { revokeSessions } from '../revocations/revocation.repository.ts'
import { consentId } from './consent-id.ts'

interface NewRecord {
  kind: string
  hash: Buffer
  tenant_id: string
  client_id: string | null
  user_id: string | null
  session_id: string | null
  grant_id: string | null
  sealed: Buffer | null
  payload: string | null
  /** Seconds. */
  lifetime: number
}

export interface FoundRecord {
  tenant_id: string
  sealed: Buffer | null
  payload: Record<string, unknown> | null
  client_id: string | null
  user_id: string | null
  session_id: string | null
  /** Seconds since its use; null while it was not used. */
  consumedFor: number | null
}

const expiry = (lifetime: number) => sql<Date>`clock_timestamp() + make_interval(secs => ${lifetime})`

/** Of the user's tenant, or of the program's that acts for itself; a browser in which nobody is signed in yet has none. */
export async function tenantOfRecord(
  tx: Kysely<IdentitySchema>,
  { user_id, client_id }: { user_id: string | null; client_id: string | null },
): Promise<string> {
  const { rows } = await sql<{ tenant_id: string }>`
    select coalesce(
      (select tenant_id from users where id = ${user_id}),
      (select tenant_id from oauth_clients where id = ${client_id}),
      ${DEFAULT_TENANT}
    ) as tenant_id
  `.execute(tx)
  return rows[0]?.tenant_id ?? DEFAULT_TENANT
}

/** @param options.keep leaves a record as it is that is there already */
export async function writeRecord(
  tx: Kysely<IdentitySchema>,
  { lifetime, ...record }: NewRecord,
  { keep }: { keep: boolean },
): Promise<void> {
  const { tenant_id, session_id, user_id, sealed, payload } = record
  const expires_at = expiry(lifetime)
  await tx
    .insertInto('oauth_records')
    .values({ ...record, expires_at })
    .onConflict((conflict) => {
      const same = conflict.columns(['kind', 'hash'])
      return keep
        ? same.doNothing()
        : same.doUpdateSet({ tenant_id, session_id, user_id, sealed, payload, expires_at })
    })
    .execute()
}

/** What has not expired, and whose session and consent are still there. */
export function findRecord(
  tx: Kysely<IdentitySchema>,
  kind: string,
  hash: Buffer,
): Promise<FoundRecord | undefined> {
  return (
    tx
      .selectFrom('oauth_records as record')
      .leftJoin('sessions', 'sessions.id', 'record.session_id')
      // By its key, which is the hash of its id as of every record: there may be thousands with that grant_id, of each
      // refresh one.
      .leftJoin('oauth_records as consent', (join) =>
        join
          .on('consent.kind', '=', 'Grant')
          .on('consent.hash', '=', sql<Buffer>`sha256(convert_to(record.grant_id, 'UTF8'))`),
      )
      .select(['record.sealed', 'record.payload'])
      .select(['record.tenant_id', 'record.client_id', 'record.user_id', 'record.session_id'])
      .select(
        sql<number | null>`extract(epoch from clock_timestamp() - record.consumed_at)::float8`.as(
          'consumedFor',
        ),
      )
      .where('record.kind', '=', kind)
      .where('record.hash', '=', hash)
      .where('record.expires_at', '>', sql<Date>`clock_timestamp()`)
      .where((is) =>
        is.or([
          is('record.session_id', 'is', null),
          is.and([
            is('sessions.ended_at', 'is', null),
            is('sessions.expires_at', '>', sql<Date>`clock_timestamp()`),
          ]),
        ]),
      )
      .where((is) => is.or([is('record.grant_id', 'is', null), is('consent.hash', 'is not', null)]))
      .executeTakeFirst()
  )
}

/** Whether a browser is signed in by this session. */
export async function findSessionRecord(
  tx: Kysely<IdentitySchema>,
  sessionId: string,
): Promise<{ userId: string; expiresAt: Date } | undefined> {
  return tx
    .selectFrom('oauth_records as record')
    .innerJoin('sessions', 'sessions.id', 'record.session_id')
    .select(['sessions.user_id as userId', 'record.expires_at as expiresAt'])
    .where('record.kind', '=', 'Session')
    .where('record.session_id', '=', sessionId)
    .where('record.expires_at', '>', sql<Date>`clock_timestamp()`)
    .where('sessions.ended_at', 'is', null)
    .where('sessions.expires_at', '>', sql<Date>`clock_timestamp()`)
    .executeTakeFirst()
}

/** @returns false when somebody has used it before: of two at once, one is first */
export async function consumeRecord(
  tx: Kysely<IdentitySchema>,
  kind: string,
  hash: Buffer,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('oauth_records')
    .set({ consumed_at: sql<Date>`clock_timestamp()` })
    .where('kind', '=', kind)
    .where('hash', '=', hash)
    .where('consumed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function removeRecord(tx: Kysely<IdentitySchema>, kind: string, hash: Buffer): Promise<void> {
  await tx.deleteFrom('oauth_records').where('kind', '=', kind).where('hash', '=', hash).execute()
}

/** A consent, and all that came from it, at whatever service. */
export async function removeGrant(tx: Kysely<IdentitySchema>, grantId: string): Promise<void> {
  const removed = await tx
    .deleteFrom('oauth_records')
    .where('grant_id', '=', grantId)
    .returning('tenant_id')
    .execute()
  const [first] = removed
  if (first) await revokeSessions(tx, [{ id: consentId(grantId), tenant_id: first.tenant_id }])
}

export async function removeGrantedOf(
  tx: Kysely<IdentitySchema>,
  grantId: string,
  kind: string,
): Promise<void> {
  await tx.deleteFrom('oauth_records').where('grant_id', '=', grantId).where('kind', '=', kind).execute()
}

/** The latest consent of a user to a client. */
export async function latestGrantId(
  tx: Kysely<IdentitySchema>,
  userId: string,
  clientId: string,
): Promise<string | undefined> {
  const row = await tx
    .selectFrom('oauth_records')
    .select('grant_id')
    .where('kind', '=', 'Grant')
    .where('user_id', '=', userId)
    .where('client_id', '=', clientId)
    .where('expires_at', '>', sql<Date>`clock_timestamp()`)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.grant_id ?? undefined
}

/** @returns how many */
export async function removeExpiredRecords(tx: Kysely<IdentitySchema>): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('oauth_records')
    .where('expires_at', '<', sql<Date>`now()`)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
