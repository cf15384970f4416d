import { type Kysely, type Selectable, sql, type Updateable } from 'kysely'
import type { ItemTable, Schema } from '../database/schema.ts'

/** The twins: both tables have the columns of ItemTable. */
export type ItemTableName = 'documents' | 'voice_samples'
export const itemTables: readonly ItemTableName[] = ['documents', 'voice_samples']

export type ItemRow = Omit<Selectable<ItemTable>, 'search' | 'size'>

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
  ...(['text', 'confidence', 'failure_code', 'failure_detail', 'failure_cause', 'uploaded_by'] as const),
  ...(['revision', 'created_at', 'updated_at', 'deleted_at', 'deleted_by'] as const),
] as const

/** Both tables under one type; which one it is in the database is said by the name alone. */
const inTable = (tx: Tx, table: ItemTableName) =>
  tx.withTables<{ item: ItemTable }>().selectFrom(sql.table<ItemTable>(table).as('item'))

export async function findItem(
  tx: Tx,
  table: ItemTableName,
  id: string,
  lock?: 'for update',
  which: 'living' | 'any' = 'living',
): Promise<ItemRow | undefined> {
  return inTable(tx, table)
    .select(columns)
    .where('id', '=', id)
    .$if(which === 'living', (query) => query.where('deleted_at', 'is', null))
    .$if(lock === 'for update', (query) => query.forUpdate())
    .executeTakeFirst()
}

/**
 * Locks the item that waits for, or shows, this run of the engine; nothing when another run counts by now. Also one in
 * the trash: what becomes known meanwhile must be there when it is taken back.
 */
export async function lockItemOfRecognition(
  tx: Tx,
  table: ItemTableName,
  recognitionId: string,
): Promise<ItemRow | undefined> {
  return inTable(tx, table)
    .select(columns)
    .where('recognition_id', '=', recognitionId)
    .forUpdate()
    .executeTakeFirst()
}

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

export type PurgedRow = Pick<ItemRow, 'id' | 'tenant_id' | 'project_id' | 'revision'>

/** Removes up to `limit` items for good that were deleted so long ago, and tells which. */
export async function purgeItems(
  tx: Tx,
  table: ItemTableName,
  options: { days: number; limit: number },
): Promise<PurgedRow[]> {
  const { rows } = await sql<PurgedRow>`
    delete from ${sql.table(table)} where id in (
      select id from ${sql.table(table)}
      where deleted_at < now() - make_interval(days => ${options.days})
      order by deleted_at
      limit ${options.limit}
      for update skip locked
    )
    returning id, tenant_id, project_id, revision
  `.execute(tx)
  return rows
}

export async function deleteItem(tx: Tx, table: ItemTableName, id: string): Promise<void> {
  await tx.deleteFrom(table).where('id', '=', id).execute()
}
