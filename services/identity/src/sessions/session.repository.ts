import { type Kysely, type Selectable, sql } from 'kysely'
import type { IdentitySchema, SessionEnd } from '../database/schema.ts'
import { revokeSessions } from '../revocations/revocation.repository.ts'

export type SessionRow = Selectable<IdentitySchema['sessions']>

export async function insertSession(
  tx: Kysely<IdentitySchema>,
  session: Pick<SessionRow, 'id' | 'tenant_id' | 'user_id' | 'expires_at' | 'address' | 'user_agent' | 'amr'>,
): Promise<SessionRow> {
  return tx.insertInto('sessions').values(session).returningAll().executeTakeFirstOrThrow()
}

export async function isOpen(tx: Kysely<IdentitySchema>, id: string): Promise<boolean> {
  const row = await tx
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
  return row !== undefined
}

const openOf = (tx: Kysely<IdentitySchema>, userId: string) =>
  tx
    .selectFrom('sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)

export function openSession(
  tx: Kysely<IdentitySchema>,
  userId: string,
  id: string,
): Promise<SessionRow | undefined> {
  return openOf(tx, userId).where('id', '=', id).executeTakeFirst()
}

/** Latest first: ids tell the order in which they were made. */
export function openSessionsOf(
  tx: Kysely<IdentitySchema>,
  userId: string,
  { limit, before }: { limit: number; before: string | undefined },
): Promise<SessionRow[]> {
  return openOf(tx, userId)
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? ''))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

export async function noteUse(
  tx: Kysely<IdentitySchema>,
  id: string,
  { address, userAgent }: { address: string | null; userAgent: string | null },
): Promise<void> {
  await tx
    .updateTable('sessions')
    .set({ last_used_at: sql<Date>`clock_timestamp()`, address, user_agent: userAgent })
    .where('id', '=', id)
    .execute()
}

/** The session that a token belongs to, locked: refreshes and the end of one session take turns. */
export function lockSessionOfToken(
  tx: Kysely<IdentitySchema>,
  hash: Buffer,
): Promise<SessionRow | undefined> {
  return tx
    .selectFrom('sessions')
    .selectAll()
    .where('id', '=', (token) =>
      token.selectFrom('refresh_tokens').select('session_id').where('hash', '=', hash),
    )
    .forUpdate()
    .executeTakeFirst()
}

/** Ends one session and its access tokens; an ended one keeps its first end. */
export async function endSession(tx: Kysely<IdentitySchema>, id: string, reason: SessionEnd): Promise<void> {
  const ended = await ending(tx, reason).where('id', '=', id).execute()
  await revokeSessions(tx, ended)
}

export async function endSessionsOf(
  tx: Kysely<IdentitySchema>,
  userId: string,
  { except, reason }: { except?: string; reason: SessionEnd },
): Promise<void> {
  const ended = await ending(tx, reason)
    .where('user_id', '=', userId)
    .$if(except !== undefined, (query) => query.where('id', '<>', except ?? ''))
    .execute()
  await revokeSessions(tx, ended)
}

const ending = (tx: Kysely<IdentitySchema>, reason: SessionEnd) =>
  tx
    .updateTable('sessions')
    .set({ ended_at: sql<Date>`clock_timestamp()`, end_reason: reason })
    .where('ended_at', 'is', null)
    .returning(['id', 'tenant_id'])

/** Removes sessions (and with them their tokens) a while after their absolute end. @returns how many */
export async function removeExpiredSessions(tx: Kysely<IdentitySchema>): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('sessions')
    .where('expires_at', '<', sql<Date>`now() - interval '1 day'`)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
