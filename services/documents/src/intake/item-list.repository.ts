import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'
import type { FailureCause } from './failure.ts'
import type { ItemRow, ItemTableName } from './item.repository.ts'
import type { ItemOrder, ItemPosition } from './item-order.ts'
import type { ItemStatus } from './status.ts'

/** Lists show no text: it can be as long as a book. */
export type ListedItem = Omit<ItemRow, 'text'> & { readonly table: ItemTableName }

export interface ItemFilter {
  /** Undefined: every project of the tenant. */
  readonly projectIds: readonly string[] | undefined
  /** Only these. */
  readonly ids?: readonly string[] | undefined
  /** What is in the trash instead of what is not. */
  readonly trashed?: boolean | undefined
  /** Any of these. */
  readonly status?: readonly ItemStatus[] | undefined
  /** Words of title or text, in the trash of the title alone; the last one may be only begun. */
  readonly q?: string | undefined
  readonly tag?: string | undefined
  readonly uploadedBy?: string | undefined
  /** Uploaded then or later; earlier than that. */
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly failureCode?: string | undefined
  readonly failureCause?: FailureCause | undefined
}

type Tx = Kysely<Schema>

const columns = sql`id, tenant_id, project_id, title, language, tags, status, version, recognition_id, confidence,
  failure_code, failure_detail, failure_cause, uploaded_by, revision, created_at, updated_at, deleted_at, deleted_by`

/**
 * One page of one table or of both. Each table gives its own page, which an index has in order or a bounded sort
 * brings there, and these are merged. Reads the views that let searches use their indexes; see the migrations.
 */
export async function listItems(
  tx: Tx,
  tables: readonly ItemTableName[],
  filter: ItemFilter,
  page: { order: ItemOrder; after: ItemPosition | undefined; limit: number },
): Promise<(ListedItem & ItemPosition)[]> {
  const { order, after, limit } = page
  const direction = order.descending ? sql`desc` : sql`asc`
  const inOrder = (value: RawBuilder<unknown> | undefined) =>
    value === undefined ? sql`id ${direction}` : sql`${value} ${direction}, id ${direction}`
  const beyond = order.descending ? sql`<` : sql`>`
  const rest = () => {
    if (!after) return sql`true`
    if (!order.value) return sql`id ${beyond} ${after.id}::uuid`
    return sql`(${order.value}, id) ${beyond} (${after.value}::${sql.raw(order.type)}, ${after.id}::uuid)`
  }
  const parts = tables.map(
    (table) => sql`(
      select ${sql.lit(table)} as "table", ${columns}, ${order.value ?? sql`null::text`} as value
      from ${viewOf(table, filter)}
      where ${matching(filter)} and ${rest()}
      order by ${inOrder(order.value)}
      limit ${limit})`,
  )
  const value = order.value && sql`value ${order.collation}`
  const { rows } = await sql<ListedItem & ItemPosition>`
    select * from (${sql.join(parts, sql` union all `)}) item order by ${inOrder(value)} limit ${limit}
  `.execute(tx)
  return rows
}

/** How many there are, counted no further than `most`; so many and one mean more. */
export async function countItems(
  tx: Tx,
  tables: readonly ItemTableName[],
  filter: ItemFilter,
  most: number,
): Promise<number> {
  const parts = tables.map(
    (table) => sql`(select from ${viewOf(table, filter)} where ${matching(filter)} limit ${most + 1})`,
  )
  const { rows } = await sql<{ items: number }>`
    select count(*)::int as items from (${sql.join(parts, sql` union all `)}) item
  `.execute(tx)
  return rows[0]?.items ?? 0
}

const viewOf = (table: ItemTableName, { trashed }: ItemFilter) =>
  sql.table(`${table}_${trashed ? 'trashed' : 'listed'}`)

function matching(filter: ItemFilter): RawBuilder<unknown> {
  const { projectIds, status, q, tag, uploadedBy, from, to, failureCode, failureCause } = filter
  const conditions: RawBuilder<unknown>[] = []
  if (filter.ids) conditions.push(sql`id = any(${filter.ids}::uuid[])`)
  // One by name, not as a list of one: only so is an index by project in the order that is asked for.
  if (projectIds?.length === 1) conditions.push(sql`project_id = ${projectIds[0]}`)
  else if (projectIds) conditions.push(sql`project_id = any(${projectIds}::uuid[])`)
  if (status?.length === 1) conditions.push(sql`status = ${status[0]}`)
  else if (status) conditions.push(sql`status = any(${status}::text[])`)
  if (tag !== undefined) conditions.push(sql`tags @> array[${tag}]::text[]`)
  // Texts in the trash are for those who may restore them: who could search them would read them word by word.
  if (q !== undefined)
    conditions.push(matches(filter.trashed ? sql`to_tsvector('simple', title)` : sql`search`, q))
  if (uploadedBy !== undefined) conditions.push(sql`uploaded_by = ${uploadedBy}`)
  if (from) conditions.push(sql`created_at >= ${from} and id >= ${idAt(from, -CLOCKS_APART_MS)}::uuid`)
  if (to) conditions.push(sql`created_at < ${to} and id < ${idAt(to, CLOCKS_APART_MS)}::uuid`)
  if (failureCode !== undefined) conditions.push(sql`failure_code = ${failureCode}`)
  if (failureCause === 'permanent')
    conditions.push(sql`failure_code is not null and failure_cause is distinct from 'temporary'`)
  if (failureCause === 'temporary') conditions.push(sql`failure_cause = 'temporary'`)
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `)
}

/** All words must occur. The text form of a tsquery is safe to build on: its words are quoted; no words, no match. */
const matches = (searched: RawBuilder<unknown>, q: string) =>
  sql`${searched} @@ (nullif(plainto_tsquery('simple', ${q})::text, '') || ':*')::tsquery`

/** Ids are made by this program and times of rows by the database: no two clocks are further apart than this. */
const CLOCKS_APART_MS = 3_600_000

/** The least UUIDv7 of a moment: bounds what has to be read by the index that is in the order of ids. */
function idAt(moment: Date, milliseconds: number): string {
  const time = Math.min(Math.max(0, moment.getTime() + milliseconds), 2 ** 48 - 1)
  const hex = time.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}
