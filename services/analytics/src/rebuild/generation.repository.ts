import { type Kysely, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { factTableNames } from '../model/fact.tables.ts'

type Tx = Kysely<Schema>

export interface Generation {
  readonly generation: number
  /** Whether the events service was asked for what it has stored. */
  readonly asked: boolean
  /** What sends it; null when nothing was. */
  readonly replayId: string | null
  readonly startedBy: string | null
  readonly startedAt: Date
}

export interface Generations {
  readonly active: Generation
  readonly building: Generation | undefined
}

/**
 * Which generations new events go into. Held until the transaction ends: a rebuild that begins, and a switch, wait
 * for the events under way, and events that come later see them.
 */
export async function holdGenerations(
  tx: Tx,
  tenantId: string,
): Promise<{ active: number; building: number | undefined }> {
  const lock = () =>
    sql`
    select from read_model_generations where tenant_id = ${tenantId} and state = 'active'
    for key share`.execute(tx)
  const { rows } = await lock()
  if (rows.length === 0) {
    await ensureFirst(tx, tenantId)
    await lock()
  }
  // Again: whoever was waited for may have begun a generation that was not there when the wait began.
  const { active, building } = await findGenerations(tx, tenantId)
  return { active: active.generation, building: building?.generation }
}

/** The same for whoever changes them: alone, and after the events under way. */
export async function lockGenerations(tx: Tx, tenantId: string): Promise<Generations> {
  await ensureFirst(tx, tenantId)
  await sql`
    select from read_model_generations where tenant_id = ${tenantId} and state <> 'retired'
    order by generation for update`.execute(tx)
  return findGenerations(tx, tenantId)
}

async function ensureFirst(tx: Tx, tenantId: string): Promise<void> {
  await sql`
    insert into read_model_generations (tenant_id, generation, state) select ${tenantId}, 1, 'active'
    where not exists (select from read_model_generations where tenant_id = ${tenantId} and state = 'active')
    on conflict do nothing`.execute(tx)
}

/** Of a tenant of whom nothing has happened yet: the first, which is empty. */
export async function findGenerations(tx: Tx, tenantId: string): Promise<Generations> {
  const rows = await tx
    .selectFrom('read_model_generations')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('state', '<>', 'retired')
    .execute()
  const of = (state: string): Generation | undefined => {
    const row = rows.find((one) => one.state === state)
    return (
      row && {
        generation: row.generation,
        asked: row.asked,
        replayId: row.replay_id,
        startedBy: row.started_by,
        startedAt: row.started_at,
      }
    )
  }
  const first = { generation: 1, asked: false, replayId: null, startedBy: null, startedAt: new Date(0) }
  return { active: of('active') ?? first, building: of('building') }
}

export async function insertBuilding(tx: Tx, tenantId: string, startedBy: string): Promise<void> {
  await sql`
    insert into read_model_generations (tenant_id, generation, state, started_by)
    select ${tenantId}, max(generation) + 1, 'building', ${startedBy}
    from read_model_generations where tenant_id = ${tenantId}`.execute(tx)
}

/** @param replayId null when nothing was stored */
export async function noteReplay(
  tx: Tx,
  tenantId: string,
  generation: number,
  replayId: string | null,
): Promise<void> {
  await tx
    .updateTable('read_model_generations')
    .set({ asked: true, replay_id: replayId })
    .where('tenant_id', '=', tenantId)
    .where('generation', '=', generation)
    .execute()
}

export async function setState(
  tx: Tx,
  tenantId: string,
  generation: number,
  state: 'active' | 'retired',
): Promise<void> {
  await tx
    .updateTable('read_model_generations')
    .set({ state })
    .where('tenant_id', '=', tenantId)
    .where('generation', '=', generation)
    .execute()
}

/** Deletes rows of retired generations, and then those themselves. @returns whether there may be more */
export async function deleteRetired(tx: Tx, limit: number): Promise<boolean> {
  const { rows } = await sql<{ tenant_id: string; generation: number }>`
    select tenant_id, generation from read_model_generations where state = 'retired'
    order by tenant_id, generation limit 1 for update skip locked`.execute(tx)
  const retired = rows[0]
  if (!retired) return false
  const { tenant_id, generation } = retired
  for (const table of factTableNames) {
    const { numAffectedRows = 0n } = await sql`
      delete from ${sql.table(table)} where tenant_id = ${tenant_id} and generation = ${generation}
        and ctid = any (array(select ctid from ${sql.table(table)}
          where tenant_id = ${tenant_id} and generation = ${generation} limit ${limit}))`.execute(tx)
    if (numAffectedRows > 0n) return true
  }
  await tx
    .deleteFrom('read_model_generations')
    .where('tenant_id', '=', tenant_id)
    .where('generation', '=', generation)
    .execute()
  return true
}
