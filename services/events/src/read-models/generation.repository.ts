import { type Kysely, type Selectable, sql } from 'kysely'
import type { EventsSchema } from '../database/schema.ts'
import type { ReadModelTables } from './read-model.tables.ts'

type Tx = Kysely<EventsSchema>

export interface Generation {
  readonly generation: number
  readonly position: number
  readonly events: number
  readonly target: number
  readonly startedBy: string | null
  readonly startedAt: Date
}

export interface Generations {
  readonly active: Generation
  readonly building: Generation | undefined
}

/** Makes the first generation of a model, once. */
export async function ensureModel(tx: Tx, model: string): Promise<void> {
  await sql`
    insert into read_model_generations (model, generation, state)
    select ${model}, 1, 'active'
    where not exists (select from read_model_generations where model = ${model})
    on conflict do nothing`.execute(tx)
}

export async function findGenerations(tx: Tx, model: string): Promise<Generations | undefined> {
  const rows = await tx.selectFrom('read_model_generations').selectAll().where('model', '=', model).execute()
  return toGenerations(rows)
}

/** Holds a model until the transaction ends. @param how `skip` gives undefined when somebody else holds it */
export async function lockGenerations(
  tx: Tx,
  model: string,
  how: 'wait' | 'skip',
): Promise<Generations | undefined> {
  const { rows } = await sql<Selectable<ReadModelTables['read_model_generations']>>`
    select * from read_model_generations where model = ${model} order by generation
    for update ${how === 'skip' ? sql`skip locked` : sql``}`.execute(tx)
  // Again: whoever was waited for may have begun a generation that was not there when the wait began.
  return toGenerations(rows) && findGenerations(tx, model)
}

export async function insertBuilding(
  tx: Tx,
  model: string,
  { generation, target, startedBy }: Pick<Generation, 'generation' | 'target' | 'startedBy'>,
): Promise<void> {
  await tx
    .insertInto('read_model_generations')
    .values({ model, generation, state: 'building', target: String(target), started_by: startedBy })
    .execute()
}

export async function moveOn(
  tx: Tx,
  model: string,
  generations: readonly number[],
  { position, events }: { position: number; events: number },
): Promise<void> {
  await sql`
    update read_model_generations set position = ${position}, events = events + ${events}
    where model = ${model} and generation = any (${generations})`.execute(tx)
}

export async function deleteGeneration(tx: Tx, model: string, generation: number): Promise<void> {
  await tx
    .deleteFrom('read_model_generations')
    .where('model', '=', model)
    .where('generation', '=', generation)
    .execute()
}

export async function makeActive(tx: Tx, model: string, generation: number): Promise<void> {
  await tx
    .updateTable('read_model_generations')
    .set({ state: 'active' })
    .where('model', '=', model)
    .where('generation', '=', generation)
    .execute()
}

function toGenerations(
  rows: readonly Selectable<ReadModelTables['read_model_generations']>[],
): Generations | undefined {
  const of = (state: 'active' | 'building'): Generation | undefined => {
    const row = rows.find((one) => one.state === state)
    return (
      row && {
        generation: row.generation,
        position: Number(row.position),
        events: Number(row.events),
        target: Number(row.target),
        startedBy: row.started_by,
        startedAt: row.started_at,
      }
    )
  }
  const active = of('active')
  return active && { active, building: of('building') }
}
