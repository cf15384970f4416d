import { type Kysely, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { type Fact, type FactTable, factTableNames, factTables } from './fact.tables.ts'

type Row = Readonly<Record<string, unknown>>

/**
 * Adds what is known. Of two values for one column the lesser stays, so that neither the order of events nor their
 * repetition matters: `least` is the same from either side, of any number, of one value twice, and passes over null.
 */
export async function writeFacts(
  tx: Kysely<Schema>,
  tenantId: string,
  generations: readonly number[],
  facts: readonly Fact[],
): Promise<void> {
  for (const table of factTableNames) {
    const rows = facts.filter((fact) => fact.table === table).map(({ row }) => row as Row)
    if (rows.length > 0) await writeRows(tx, table, tenantId, generations, together(table, rows))
  }
}

/*
 * For `deletions`:
 *   insert into deletions as t (generation, tenant_id, subject_id, at)
 *   select g, '<tenant>', r.subject_id, r.at
 *   from jsonb_to_recordset('[…]') as r (subject_id uuid, at timestamptz), unnest('{1}'::int[]) as g
 *   order by g, r.subject_id
 *   on conflict (tenant_id, generation, subject_id) do update set at = least(t.at, excluded.at)
 *   where t.at is distinct from least(t.at, excluded.at)
 * In the order of the key: two transactions that write the same rows in another would wait for each other. What is
 * known already is not written again.
 */
async function writeRows(
  tx: Kysely<Schema>,
  table: FactTable,
  tenantId: string,
  generations: readonly number[],
  rows: readonly Row[],
): Promise<void> {
  const { key, columns } = factTables[table]
  const [keys, others] = [Object.keys(key), Object.keys(columns)]
  const names = (columns: readonly string[], of = '') => columns.map((name) => `${of}${name}`).join(', ')
  const types = Object.entries<string>({ ...key, ...columns }).map(([name, type]) => `${name} ${type}`)
  const least = others.map((name) => `least(t.${name}, excluded.${name})`)
  await sql`
    insert into ${sql.table(table)} as t (generation, tenant_id, ${sql.raw(names([...keys, ...others]))})
    select g, ${tenantId}::uuid, ${sql.raw(names([...keys, ...others], 'r.'))}
    from jsonb_to_recordset(${JSON.stringify(rows, storable)}::jsonb) as r (${sql.raw(types.join(', '))}),
      unnest(${[...generations]}::int[]) as g
    order by g, ${sql.raw(names(keys, 'r.'))}
    on conflict (tenant_id, generation, ${sql.raw(names(keys))}) do update
      set ${sql.raw(others.map((name, at) => `${name} = ${least[at]}`).join(', '))}
      where (${sql.raw(names(others, 't.'))}) is distinct from (${sql.raw(least.join(', '))})`.execute(tx)
}

/** One row for each key: a statement cannot change a row twice. */
export function together(table: FactTable, rows: readonly Row[]): Row[] {
  const keys = Object.keys(factTables[table].key)
  const found = new Map<string, Row>()
  for (const row of rows) {
    const key = JSON.stringify(keys.map((name) => row[name]))
    const before = found.get(key)
    found.set(key, before ? lesserOf(before, row) : row)
  }
  return [...found.values()]
}

function lesserOf(one: Row, other: Row): Row {
  const both: Record<string, unknown> = { ...one }
  for (const [name, value] of Object.entries(other)) both[name] = least(both[name], value)
  return both
}

function least(one: unknown, other: unknown): unknown {
  if (one === null || one === undefined) return other
  if (other === null || other === undefined) return one
  if (typeof one === 'string' && typeof other === 'string')
    return Buffer.compare(Buffer.from(one), Buffer.from(other)) <= 0 ? one : other
  // Columns have one type, and what is no text here is a number or a truth value.
  return (one as number) <= (other as number) ? one : other
}

/** PostgreSQL takes neither NUL nor half a surrogate pair. */
const storable = (_name: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value
