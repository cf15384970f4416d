import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { type FactTable, factTableNames, factTables } from '../model/fact.tables.ts'

type Tx = Kysely<Schema>
type Figures = Readonly<Record<string, unknown>>

/** A row that is not the same in two generations; null where it is missing. */
export interface Difference {
  readonly table: string
  /** What names it, for people to read. */
  readonly entry: string
  readonly active: Figures | null
  readonly building: Figures | null
}

export interface Comparison {
  readonly differing: number
  /** The first of them. */
  readonly shown: readonly Difference[]
}

/** Row for row. */
export async function compareGenerations(
  tx: Tx,
  tenantId: string,
  between: { active: number; building: number },
  limit: number,
): Promise<Comparison> {
  const shown: Difference[] = []
  let differing = 0
  for (const table of factTableNames) {
    const found = await compareTable(tx, table, tenantId, between, limit)
    differing += found.differing
    shown.push(...found.shown)
  }
  return { differing, shown: shown.slice(0, limit) }
}

async function compareTable(
  tx: Tx,
  table: FactTable,
  tenantId: string,
  { active, building }: { active: number; building: number },
  limit: number,
): Promise<Comparison> {
  const { key, columns } = factTables[table]
  const keys = Object.keys(key)
  const named = [...keys, ...Object.keys(columns)]
  const of = (generation: number): RawBuilder<unknown> => sql`
    select * from ${sql.table(table)} where tenant_id = ${tenantId} and generation = ${generation}`
  const values = (side: 'a' | 'b') => sql.join(named.map((name) => sql.ref(`${side}.${name}`)))
  const differing = sql`
    (${of(active)}) a full join (${of(building)}) b using (${sql.join(keys.map((name) => sql.ref(name)))})
    where (${values('a')}) is distinct from (${values('b')})`
  const figures = (side: 'a' | 'b') => sql`
    case when ${sql.ref(`${side}.tenant_id`)} is not null
      then to_jsonb(${sql.ref(side)}) - array['tenant_id', 'generation'] end`
  // Counted with the rows that are shown: the join reads all of both generations, and once is enough.
  const { rows } = await sql<Difference & { differing: number }>`
    select ${sql.lit(table)} as "table", concat_ws(' ', ${sql.join(keys.map((name) => sql.ref(name)))}) as entry,
      ${figures('a')} as active, ${figures('b')} as building, count(*) over ()::int as differing
    from ${differing} order by ${sql.join(keys.map((name) => sql.ref(name)))} limit ${limit}`.execute(tx)
  return { differing: rows[0]?.differing ?? 0, shown: rows.map(({ differing: _, ...row }) => row) }
}
