import { type Kysely, type Selectable, sql, type Updateable } from 'kysely'
import type { ItemTable, Schema } from '../database/schema.ts'
import type { ItemStatus } from './status.ts'

/** The twins: both tables have the columns of ItemTable. */
export type ItemTableName = 'documents' | 'voice_samples'
export const itemTables: readonly ItemTableName[] = ['documents', 'voice_samples']

export type ItemRow = Omit<Selectable<ItemTable>, 'search'>

type Tx = Kysely<Schema>

const columns = [
  ...([
    'id',
    'tenant_id',
    'project_id',
    'title',
    'language',
    'tags',
    'status',
    'version',
    'recognition_id',
  ] as const),
  ...(['text', 'confidence', 'failure_code', 'failure_detail', 'uploaded_by', 'revision'] as const),
  ...(['created_at', 'updated_at', 'deleted_at'] as const),
] as const

/** Lists show no text: it can be as long as a book. */
const listed = columns.filter((column) => column !== 'text')

/** Both tables under one type; which one it is in the database is said by the name alone. */
const inTable = (tx: Tx, table: ItemTableName | `${ItemTableName}_listed`) =>
  tx.withTables<{ item: ItemTable }>().selectFrom(sql.table<ItemTable>(table).as('item'))

export async function findItem(
  tx: Tx,
  table: ItemTableName,
  id: string,
  lock?: 'for update',
): Promise<ItemRow | undefined> {
  return inTable(tx, table)
    .select(columns)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .$if(lock === 'for update', (query) => query.forUpdate())
    .executeTakeFirst()
}

/** Locks the living item that waits for, or shows, this run of the engine; nothing when another run counts by now. */
export async function lockItemOfRecognition(
  tx: Tx,
  table: ItemTableName,
  recognitionId: string,
): Promise<ItemRow | undefined> {
  return inTable(tx, table)
    .select(columns)
    .where('recognition_id', '=', recognitionId)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
}

export interface ItemFilter {
  /** Undefined: every project of the tenant. */
  readonly projectIds: readonly string[] | undefined
  readonly status: ItemStatus | undefined
  /** Words of title or text; the last one may be only begun. */
  readonly q: string | undefined
  readonly tag: string | undefined
  readonly after: string | undefined
  readonly limit: number
}

/** Newest first: ids are UUIDv7. Reads the view that lets searches use their indexes; see the migration. */
export async function listItems(
  tx: Tx,
  table: ItemTableName,
  filter: ItemFilter,
): Promise<Omit<ItemRow, 'text'>[]> {
  return matching(tx, table, filter)
    .select(listed)
    .$if(filter.after !== undefined, (query) => query.where('id', '<', filter.after ?? ''))
    .orderBy('id', 'desc')
    .limit(filter.limit)
    .execute()
}

export async function countItems(
  tx: Tx,
  table: ItemTableName,
  filter: Omit<ItemFilter, 'after' | 'limit'>,
): Promise<number> {
  const { items } = await matching(tx, table, filter)
    .select(sql<number>`count(*)::int`.as('items'))
    .executeTakeFirstOrThrow()
  return items
}

const matching = (
  tx: Tx,
  table: ItemTableName,
  { projectIds, status, q, tag }: Omit<ItemFilter, 'after' | 'limit'>,
) =>
  inTable(tx, `${table}_listed`)
    .$if(projectIds !== undefined, (query) =>
      query.where(sql<boolean>`project_id = any(${projectIds}::uuid[])`),
    )
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? 'uploaded'))
    .$if(tag !== undefined, (query) => query.where(sql<boolean>`tags @> array[${tag}]::text[]`))
    .$if(q !== undefined, (query) => query.where(matches(q ?? '')))

/** All words must occur. The text form of a tsquery is safe to build on: its words are quoted; no words, no match. */
const matches = (q: string) =>
  sql<boolean>`search @@ (nullif(plainto_tsquery('simple', ${q})::text, '') || ':*')::tsquery`

export async function insertItem(
  tx: Tx,
  table: ItemTableName,
  row: Pick<
    ItemRow,
    | 'id'
    | 'tenant_id'
    | 'project_id'
    | 'title'
    | 'language'
    | 'tags'
    | 'status'
    | 'recognition_id'
    | 'uploaded_by'
  >,
): Promise<ItemRow> {
  return tx.insertInto(table).values(row).returning(columns).executeTakeFirstOrThrow()
}

/** Applies what is defined of the change and counts the revision up. */
export async function updateItem(
  tx: Tx,
  table: ItemTableName,
  id: string,
  change: Omit<Updateable<ItemTable>, 'id' | 'tenant_id' | 'project_id' | 'revision'>,
): Promise<ItemRow> {
  return tx
    .updateTable(table)
    .set({ ...change, revision: sql`revision + 1`, updated_at: sql`now()` })
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirstOrThrow()
}

/** Everything in a deleted project is deleted with it. */
export async function removeItemsOfProject(tx: Tx, projectId: string, at: Date): Promise<void> {
  for (const table of itemTables) {
    await sql`
      update ${sql.table(table)} set deleted_at = ${at}, revision = revision + 1
      where project_id = ${projectId} and deleted_at is null
    `.execute(tx)
  }
}

/** Removes up to `limit` items for good that were deleted so long ago, and tells which. */
export async function purgeItems(
  tx: Tx,
  table: ItemTableName,
  options: { days: number; limit: number },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    delete from ${sql.table(table)} where id in (
      select id from ${sql.table(table)}
      where deleted_at < now() - make_interval(days => ${options.days})
      order by deleted_at
      limit ${options.limit}
      for update skip locked
    )
    returning id
  `.execute(tx)
  return rows.map((row) => row.id)
}
