import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import type { DeadLetterGroupsTable, DeadLettersSchema, GroupStatus } from './dead-letter.tables.ts'
import { type Filter, isEmpty, matches } from './filter.ts'

type Tx = Kysely<DeadLettersSchema>

/** How many messages a group has, in all and by status. */
export interface GroupCounts {
  readonly count: number
  /** Of those that fit the filter of the list. */
  readonly matching: number
  readonly open: number
  readonly retrying: number
  readonly resolved: number
  readonly discarded: number
}

export interface Group extends GroupCounts {
  readonly id: string
  readonly app: string
  readonly handler: string
  readonly topic: string
  readonly errorClass: string
  readonly message: string
  readonly stack: string
  readonly status: GroupStatus
  readonly owner: string | null
  readonly note: string
  readonly firstSeenAt: Date
  readonly lastSeenAt: Date
  readonly lastRetriedAt: Date | null
  readonly resolvedAt: Date | null
  readonly cameBackAt: Date | null
  readonly version: number
}

export interface GroupPosition {
  readonly lastSeenAt: string
  readonly id: string
}

/** One page of groups that have a message which fits; what failed last comes first. */
export async function findGroups(
  tx: Tx,
  wanted: { filter: Filter; after: GroupPosition | undefined; limit: number },
): Promise<Group[]> {
  const { after } = wanted
  const fits = matches(wanted.filter)
  const { rows } = await sql<GroupRow>`
    with page as (
      select g.* from dead_letter_groups g
      where exists (select from dead_letters d where d.group_id = g.id and ${fits})
        ${after ? sql`and (g.last_seen_at, g.id) < (${new Date(after.lastSeenAt)}, ${after.id}::uuid)` : sql``}
      order by g.last_seen_at desc, g.id desc
      limit ${wanted.limit})
    select g.*, ${counts(isEmpty(wanted.filter) ? sql`true` : fits)}
    from page g join dead_letters d on d.group_id = g.id
    group by ${everyColumn}
    order by g.last_seen_at desc, g.id desc`.execute(tx)
  return rows.map(toGroup)
}

export async function findGroup(tx: Tx, id: string): Promise<Group | undefined> {
  const { rows } = await sql<GroupRow>`
    select g.*, ${counts(sql`true`)}
    from dead_letter_groups g left join dead_letters d on d.group_id = g.id
    where g.id = ${id}
    group by ${everyColumn}`.execute(tx)
  return rows[0] && toGroup(rows[0])
}

/** Holds the group until the transaction ends. */
export async function lockGroup(tx: Tx, id: string): Promise<{ version: number } | undefined> {
  const { rows } = await sql<{ version: number }>`
    select version from dead_letter_groups where id = ${id} for update`.execute(tx)
  return rows[0]
}

export async function changeGroup(
  tx: Tx,
  id: string,
  change: {
    owner?: string | null | undefined
    status?: GroupStatus | undefined
    note?: string | undefined
  },
): Promise<void> {
  await tx
    .updateTable('dead_letter_groups')
    .set((eb) => ({
      version: eb('version', '+', 1),
      ...(change.owner === undefined ? {} : { owner: change.owner }),
      ...(change.note === undefined ? {} : { note: change.note }),
      ...(change.status === undefined
        ? {}
        : { status: change.status, resolved_at: change.status === 'resolved' ? sql<Date>`now()` : null }),
    }))
    .where('id', '=', id)
    .execute()
}

type GroupRow = Selectable<DeadLetterGroupsTable> & GroupCounts & { last_retried_at: Date | null }

/** A primary key stands for every column of its table, but not through a common table expression. */
const everyColumn = sql`g.id, g.tenant_id, g.fingerprint, g.app, g.handler, g.topic, g.error_class, g.message, g.stack,
  g.status, g.owner, g.note, g.first_seen_at, g.last_seen_at, g.resolved_at, g.came_back_at, g.version`

const counts = (fits: RawBuilder<unknown>) => sql`
  count(d.id)::int as count,
  count(d.id) filter (where ${fits})::int as matching,
  count(d.id) filter (where d.status = 'open')::int as open,
  count(d.id) filter (where d.status = 'retrying')::int as retrying,
  count(d.id) filter (where d.status = 'resolved')::int as resolved,
  count(d.id) filter (where d.status = 'discarded')::int as discarded,
  max(d.last_retried_at) as last_retried_at`

const toGroup = (row: GroupRow): Group => ({
  id: row.id,
  app: row.app,
  handler: row.handler,
  topic: row.topic,
  errorClass: row.error_class,
  message: row.message,
  stack: row.stack,
  status: row.status,
  owner: row.owner,
  note: row.note,
  firstSeenAt: row.first_seen_at,
  lastSeenAt: row.last_seen_at,
  lastRetriedAt: row.last_retried_at,
  resolvedAt: row.resolved_at,
  cameBackAt: row.came_back_at,
  version: row.version,
  count: row.count,
  matching: row.matching,
  open: row.open,
  retrying: row.retrying,
  resolved: row.resolved,
  discarded: row.discarded,
})
