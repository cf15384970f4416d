import type { ProjectRole } from '@alta/contracts/resources/project'
import { type Kysely, type Selectable, sql, type Updateable } from 'kysely'
import type { Schema } from '../database/schema.ts'

export type ProjectRow = Selectable<Schema['projects']>
export type MemberRow = Selectable<Schema['project_members']>
export type ProjectWithRole = ProjectRow & { role: ProjectRole | null }

type Tx = Kysely<Schema>

const withRoleOf = (tx: Tx, userId: string) =>
  tx
    .selectFrom('projects')
    .leftJoin('project_members as member', (join) =>
      join.onRef('member.project_id', '=', 'projects.id').on('member.user_id', '=', userId),
    )
    .selectAll('projects')
    .select('member.role')
    .where('projects.deleted_at', 'is', null)

/** A living project with the caller's role in it. `lock` keeps others from changing or deleting it meanwhile. */
export async function findProject(
  tx: Tx,
  id: string,
  userId: string,
  lock?: 'for update' | 'for share',
): Promise<ProjectWithRole | undefined> {
  const query = withRoleOf(tx, userId).where('projects.id', '=', id)
  if (lock === 'for update') return query.forUpdate('projects').executeTakeFirst()
  if (lock === 'for share') return query.forShare('projects').executeTakeFirst()
  return query.executeTakeFirst()
}

/**
 * Newest first, starting after `after`. Without `all` only projects that the user is a member of; the tenant is named
 * although row-level security sees to it, because no index can be used for what that asks.
 */
export async function listProjects(
  tx: Tx,
  filter: { tenantId: string; userId: string; all: boolean; after: string | undefined; limit: number },
): Promise<ProjectWithRole[]> {
  return withRoleOf(tx, filter.userId)
    .$if(!filter.all, (query) => query.where('member.tenant_id', '=', filter.tenantId))
    .$if(filter.after !== undefined, (query) => query.where('projects.id', '<', filter.after ?? ''))
    .orderBy('projects.id', 'desc')
    .limit(filter.limit)
    .execute()
}

/** Ids of the living projects that the user is a member of. The tenant is named for the index, as above. */
export async function projectIdsOf(tx: Tx, tenantId: string, userId: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('project_members as member')
    .innerJoin('projects', 'projects.id', 'member.project_id')
    .select('projects.id')
    .where('member.tenant_id', '=', tenantId)
    .where('member.user_id', '=', userId)
    .where('projects.deleted_at', 'is', null)
    .execute()
  return rows.map((row) => row.id)
}

export async function insertProject(
  tx: Tx,
  row: Pick<
    ProjectRow,
    | ('id' | 'tenant_id' | 'name' | 'description' | 'language' | 'created_by')
    | ('minimum_confidence' | 'minimum_word_confidence' | 'second_reviewer')
  >,
): Promise<ProjectRow> {
  return tx.insertInto('projects').values(row).returningAll().executeTakeFirstOrThrow()
}

/** Applies what is defined of the change and counts the version up. */
export async function updateProject(
  tx: Tx,
  id: string,
  change: Omit<Updateable<Schema['projects']>, 'id' | 'tenant_id' | 'version' | 'created_at' | 'updated_at'>,
): Promise<ProjectRow> {
  return tx
    .updateTable('projects')
    .set({ ...change, version: sql`version + 1`, updated_at: sql`now()` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function listMembers(tx: Tx, projectId: string): Promise<MemberRow[]> {
  return tx
    .selectFrom('project_members')
    .selectAll()
    .where('project_id', '=', projectId)
    .orderBy('added_at')
    .orderBy('user_id')
    .execute()
}

export async function saveMember(
  tx: Tx,
  row: Pick<MemberRow, 'project_id' | 'tenant_id' | 'user_id' | 'role'>,
): Promise<MemberRow> {
  return tx
    .insertInto('project_members')
    .values(row)
    .onConflict((conflict) => conflict.columns(['project_id', 'user_id']).doUpdateSet({ role: row.role }))
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function removeMember(tx: Tx, projectId: string, userId: string): Promise<void> {
  await tx
    .deleteFrom('project_members')
    .where('project_id', '=', projectId)
    .where('user_id', '=', userId)
    .execute()
}

/** Removes projects for good that were deleted so long ago, members included. Their items must be gone already. */
export async function purgeProjects(tx: Tx, days: number): Promise<void> {
  await sql`delete from projects where deleted_at < now() - make_interval(days => ${days})`.execute(tx)
}
