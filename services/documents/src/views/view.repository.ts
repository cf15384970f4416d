import { type Kysely, type Selectable, sql, type Updateable } from 'kysely'
import type { Schema } from '../database/schema.ts'

export type ViewRow = Selectable<Schema['saved_views']>

type Tx = Kysely<Schema>
type Place = Pick<ViewRow, 'project_id' | 'created_by'>

/** Those of one person and those that are shared, by name. */
export async function listViews(tx: Tx, { project_id, created_by }: Place): Promise<ViewRow[]> {
  return tx
    .selectFrom('saved_views')
    .selectAll()
    .where('project_id', '=', project_id)
    .where((is) => is.or([is('created_by', '=', created_by), is('shared', '=', true)]))
    .orderBy('name')
    .orderBy('id')
    .execute()
}

export async function countViews(tx: Tx, { project_id, created_by }: Place): Promise<number> {
  const { views } = await tx
    .selectFrom('saved_views')
    .select(sql<number>`count(*)::int`.as('views'))
    .where('project_id', '=', project_id)
    .where('created_by', '=', created_by)
    .executeTakeFirstOrThrow()
  return views
}

export async function lockView(tx: Tx, projectId: string, id: string): Promise<ViewRow | undefined> {
  return tx
    .selectFrom('saved_views')
    .selectAll()
    .where('id', '=', id)
    .where('project_id', '=', projectId)
    .forUpdate()
    .executeTakeFirst()
}

export async function insertView(
  tx: Tx,
  row: Omit<ViewRow, 'filter' | 'version' | 'created_at' | 'updated_at'> & { filter: string },
): Promise<ViewRow> {
  return tx.insertInto('saved_views').values(row).returningAll().executeTakeFirstOrThrow()
}

/** Applies what is defined of the change and counts the version up. */
export async function updateView(
  tx: Tx,
  id: string,
  change: Pick<
    Updateable<Schema['saved_views']>,
    'name' | 'shared' | 'filter' | 'sort' | 'columns' | 'layout'
  >,
): Promise<ViewRow> {
  return tx
    .updateTable('saved_views')
    .set({ ...change, version: sql`version + 1`, updated_at: sql`now()` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function deleteView(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('saved_views').where('id', '=', id).execute()
}
