import { type Kysely, type Selectable, sql } from 'kysely'
import type { DeadLetterProposalsTable, DeadLettersSchema } from './dead-letter.tables.ts'

type Tx = Kysely<DeadLettersSchema>

export type Proposal = Selectable<DeadLetterProposalsTable> & { readonly expired: boolean }

const expired = sql<boolean>`status = 'proposed' and expires_at <= now()`.as('expired')

export async function insertProposal(
  tx: Tx,
  given: {
    id: string
    tenantId: string
    action: 'edit' | 'discard'
    selection: unknown
    details: unknown
    summary: string
    by: string
    taskId: string
    /** Undefined: nobody else has to agree. */
    expiresInSeconds: number | undefined
  },
): Promise<Proposal> {
  const alone = given.expiresInSeconds === undefined
  const { rows } = await sql<Proposal>`
    insert into dead_letter_proposals (id, tenant_id, action, selection, details, summary, status, proposed_by,
      expires_at, decided_by, decided_at, task_id)
    values (${given.id}, ${given.tenantId}, ${given.action}, ${JSON.stringify(given.selection)},
      ${JSON.stringify(given.details)}, ${given.summary}, ${alone ? 'approved' : 'proposed'}, ${given.by},
      now() + make_interval(secs => ${given.expiresInSeconds ?? 0}), ${alone ? given.by : null}::uuid,
      ${alone ? sql`now()` : null}, ${given.taskId})
    returning *, false as expired`.execute(tx)
  const [row] = rows
  if (!row) throw new Error('a proposal was inserted and not returned')
  return row
}

export async function findProposals(
  tx: Tx,
  wanted: { after: string | undefined; limit: number },
): Promise<Proposal[]> {
  return tx
    .selectFrom('dead_letter_proposals')
    .selectAll()
    .select(expired)
    .$if(wanted.after !== undefined, (query) => query.where('id', '<', wanted.after ?? ''))
    .orderBy('id', 'desc')
    .limit(wanted.limit)
    .execute()
}

export const findProposal = (tx: Tx, id: string): Promise<Proposal | undefined> =>
  tx.selectFrom('dead_letter_proposals').selectAll().select(expired).where('id', '=', id).executeTakeFirst()

/** Holds it until the transaction ends: of two who decide at once the second finds it decided. */
export const lockProposal = (tx: Tx, id: string): Promise<Proposal | undefined> =>
  tx
    .selectFrom('dead_letter_proposals')
    .selectAll()
    .select(expired)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()

export async function decideProposal(
  tx: Tx,
  id: string,
  status: 'approved' | 'rejected',
  by: string,
): Promise<Proposal> {
  const { rows } = await sql<Proposal>`
    update dead_letter_proposals set status = ${status}, decided_by = ${by}, decided_at = now()
    where id = ${id} returning *, false as expired`.execute(tx)
  const [row] = rows
  if (!row) throw new Error('a locked proposal is gone')
  return row
}
