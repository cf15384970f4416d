import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { EventsSchema } from '../database/schema.ts'
import type { Link } from './chain.ts'

type Tx = Kysely<EventsSchema>

export interface AuditRow extends Link {
  readonly text: string
}

const linkOf = ({ sequence, hash }: { sequence: string; hash: string }): Link => ({
  sequence: Number(sequence),
  hash,
})

/** The end of the chain. @param lock nobody else appends until this transaction ends */
export async function head(tx: Tx, { lock }: { lock: boolean }): Promise<Link> {
  const query = tx.selectFrom('audit_head').select(['sequence', 'hash'])
  return linkOf(await (lock ? query.forUpdate() : query).executeTakeFirstOrThrow())
}

/**
 * Nothing happens when the entry is there already: then the end of the chain stays where it is.
 * @returns whether it was added
 */
export async function append(tx: Tx, { text, sequence, hash }: AuditRow): Promise<boolean> {
  const { numAffectedRows } = await sql`
    with added as (
      insert into audit_entries (entry, hash) values (${text}, ${hash})
      on conflict (entry_id) do nothing returning 1)
    update audit_head set sequence = ${sequence}, hash = ${hash} where exists (select from added)`.execute(tx)
  return numAffectedRows === 1n
}

/** Entries in their order, from `from` on; all that the transaction's tenant may see. */
export async function entriesFrom(tx: Tx, from: number, limit: number): Promise<AuditRow[]> {
  const { rows } = await sql<{ sequence: string; hash: string; text: string }>`
    select sequence, hash, entry as text from audit_entries
    where sequence >= ${from} order by sequence limit ${limit}`.execute(tx)
  return rows.map((row) => ({ ...linkOf(row), text: row.text }))
}

export interface AuditFilter {
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly resource?: string | undefined
  readonly outcome?: 'allowed' | 'denied' | undefined
  readonly requestId?: string | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
}

function matching(filter: AuditFilter): RawBuilder<boolean> {
  const { actor, action, resource, outcome, requestId, from, to } = filter
  const conditions = [
    sql`true`,
    actor === undefined ? [] : sql`actor_id = ${actor}`,
    action === undefined ? [] : sql`action = ${action}`,
    resource === undefined ? [] : sql`resources @> ${JSON.stringify([{ id: resource }])}::jsonb`,
    outcome === undefined ? [] : sql`outcome = ${outcome}`,
    requestId === undefined ? [] : sql`request_id = ${requestId}`,
    from === undefined ? [] : sql`at >= ${from.toISOString()}`,
    to === undefined ? [] : sql`at < ${to.toISOString()}`,
  ].flat()
  return sql<boolean>`(${sql.join(conditions, sql` and `)})`
}

/**
 * Newest first. The tenant is named although row-level security holds it too: of that no index knows.
 * @param before sequence of the last one already shown
 */
export async function findEntries(
  tx: Tx,
  tenantId: string,
  filter: AuditFilter,
  { limit, before }: { limit: number; before: number | undefined },
): Promise<AuditRow[]> {
  const { rows } = await sql<{ sequence: string; hash: string; text: string }>`
    select sequence, hash, entry as text from audit_entries
    where tenant_id = ${tenantId} and ${matching(filter)} and sequence < ${before ?? Number.MAX_SAFE_INTEGER}
    order by sequence desc limit ${limit}`.execute(tx)
  return rows.map((row) => ({ ...linkOf(row), text: row.text }))
}

/** First and last entry that a tenant may see and that match; undefined when none does. */
export async function rangeOf(
  tx: Tx,
  tenantId: string,
  filter: AuditFilter,
): Promise<{ first: number; last: number } | undefined> {
  const { rows } = await sql<{ first: string | null; last: string | null }>`
    select min(sequence) as first, max(sequence) as last from audit_entries
    where tenant_id = ${tenantId} and ${matching(filter)}`.execute(tx)
  const { first, last } = rows[0] ?? {}
  return first && last ? { first: Number(first), last: Number(last) } : undefined
}

export interface ExportRow extends Link {
  readonly previousHash: string
  /** Null: the entry is another tenant's, or does not match. Its links show that nothing was left out. */
  readonly text: string | null
}

/** A part of the whole chain, for a transaction that sees all tenants. */
export async function chainBetween(
  tx: Tx,
  tenantId: string,
  filter: AuditFilter,
  range: { first: number; last: number; limit: number },
): Promise<ExportRow[]> {
  const { rows } = await sql<{ sequence: string; hash: string; previousHash: string; text: string | null }>`
    select sequence, hash, entry::jsonb ->> 'previousHash' as "previousHash",
           case when tenant_id = ${tenantId} and ${matching(filter)} then entry end as text
    from audit_entries where sequence between ${range.first} and ${range.last}
    order by sequence limit ${range.limit}`.execute(tx)
  return rows.map((row) => ({ ...linkOf(row), previousHash: row.previousHash, text: row.text }))
}

/** False when another replica is at it. The lock is held until the transaction ends. */
export async function lockAnchoring(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('audit anchors')) as locked`.execute(tx)
  return rows[0]?.locked === true
}
