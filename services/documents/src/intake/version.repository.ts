import { type Kysely, type Selectable, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'

export type VersionRow = Selectable<Schema['versions']>

type Tx = Kysely<Schema>

/**
 * Adds a version, unless another living item of the project has these bytes: then the unique index decides, also
 * between uploads of the same moment. Going back to bytes that the item itself had before is no duplicate.
 * @returns nothing for a duplicate
 */
export async function insertVersion(
  tx: Tx,
  row: Omit<VersionRow, 'size' | 'claims_bytes' | 'created_at'> & { size: number },
): Promise<VersionRow | undefined> {
  const { rows } = await sql<VersionRow>`
    insert into versions
      (item_id, number, tenant_id, project_id, kind, sha256, size, media_type, file_name, uploaded_by, claims_bytes)
    values
      (${row.item_id}, ${row.number}, ${row.tenant_id}, ${row.project_id}, ${row.kind}, ${row.sha256}, ${row.size},
       ${row.media_type}, ${row.file_name}, ${row.uploaded_by},
       not exists (select from versions where item_id = ${row.item_id} and sha256 = ${row.sha256} and claims_bytes))
    on conflict (project_id, kind, sha256) where claims_bytes do nothing
    returning *
  `.execute(tx)
  return rows[0]
}

export async function findVersion(tx: Tx, itemId: string, number: number): Promise<VersionRow | undefined> {
  return tx
    .selectFrom('versions')
    .selectAll()
    .where('item_id', '=', itemId)
    .where('number', '=', number)
    .executeTakeFirst()
}

/** Newest first. */
export async function listVersions(tx: Tx, itemId: string): Promise<VersionRow[]> {
  return tx
    .selectFrom('versions')
    .selectAll()
    .where('item_id', '=', itemId)
    .orderBy('number', 'desc')
    .execute()
}

/** The given versions of many items at once, by item. */
export async function versionsOf(
  tx: Tx,
  items: readonly { id: string; version: number }[],
): Promise<Map<string, VersionRow>> {
  const { rows } = await sql<VersionRow>`
    select versions.* from versions
    join unnest(${items.map((item) => item.id)}::uuid[], ${items.map((item) => item.version)}::int[])
      as wanted (item_id, number) using (item_id, number)
  `.execute(tx)
  return new Map(rows.map((row) => [row.item_id, row]))
}

/** The bytes of a deleted item may be uploaded again. */
export async function releaseBytes(tx: Tx, owner: { itemId: string } | { projectId: string }): Promise<void> {
  await tx
    .updateTable('versions')
    .set({ claims_bytes: false })
    .$if('itemId' in owner, (query) => query.where('item_id', '=', 'itemId' in owner ? owner.itemId : ''))
    .$if('projectId' in owner, (query) =>
      query.where('project_id', '=', 'projectId' in owner ? owner.projectId : ''),
    )
    .where('claims_bytes', '=', true)
    .execute()
}

/**
 * An item that is taken back holds its bytes against others again, each of them once. Inside a savepoint: the unique
 * index decides, also against an upload of the same moment, and the caller can still look for what has them.
 * @returns the hash of bytes that another item has by now
 */
export async function claimBytes(
  tx: Tx,
  item: { id: string; project_id: string },
): Promise<string | undefined> {
  const taken = () =>
    sql<{ sha256: string }>`
    select mine.sha256 from versions mine
    join versions other using (project_id, kind, sha256)
    where mine.item_id = ${item.id} and other.claims_bytes and other.item_id <> mine.item_id
    order by mine.number desc limit 1`.execute(tx)
  await sql`savepoint claim_bytes`.execute(tx)
  try {
    await sql`
      update versions set claims_bytes = true
      where item_id = ${item.id} and number in (
        select min(number) from versions where item_id = ${item.id} group by sha256)`.execute(tx)
    await sql`release savepoint claim_bytes`.execute(tx)
    return undefined
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    await sql`rollback to savepoint claim_bytes`.execute(tx)
    return (await taken()).rows[0]?.sha256 ?? ''
  }
}

const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23505'

/** @returns the files that they named */
export async function purgeVersions(tx: Tx, itemIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ sha256: string }>`
    delete from versions where item_id = any(${itemIds}::uuid[]) returning sha256
  `.execute(tx)
  return rows.map((row) => row.sha256)
}
