import { type Kysely, sql } from 'kysely'
import type { EventsSchema } from '../database/schema.ts'

type Tx = Kysely<EventsSchema>

/** Lets requests that went into a sum be found. */
export async function noteRefusedRequests(
  tx: Tx,
  { tenantId, sequence }: { tenantId: string; sequence: number },
  requests: readonly string[],
): Promise<void> {
  const rows = [...new Set(requests)].map((request_id) => ({
    tenant_id: tenantId,
    request_id,
    sequence: String(sequence),
  }))
  if (rows.length > 0) await tx.insertInto('refused_requests').values(rows).execute()
}

/**
 * The refusals that one request met, newest first; a caller may send one id twice.
 * @param actor only this person's; undefined: everybody's
 */
export async function refusalsOf(
  tx: Tx,
  { tenantId, requestId, actor }: { tenantId: string; requestId: string; actor: string | undefined },
): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`
    select entry as text from audit_entries
    where tenant_id = ${tenantId} and outcome = 'denied'
      and (request_id = ${requestId} or sequence in (
        select sequence from refused_requests where tenant_id = ${tenantId} and request_id = ${requestId}))
      and ${actor === undefined ? sql`true` : sql`actor_id = ${actor}`}
    order by sequence desc limit 20`.execute(tx)
  return rows.map(({ text }) => text)
}
