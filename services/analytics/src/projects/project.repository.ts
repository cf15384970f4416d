import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'

type Tx = Kysely<Schema>

/** `sequence` is the version of the project after the change. */
export interface ProjectNews {
  readonly tenantId: string
  readonly projectId: string
  readonly sequence: number
  readonly at: Date
}

export async function saveName(tx: Tx, news: ProjectNews, name: string): Promise<void> {
  const { projectId, tenantId, sequence } = news
  await tx
    .insertInto('projects')
    .values({
      project_id: projectId,
      tenant_id: tenantId,
      sequence,
      name: name.replaceAll('\0', '').toWellFormed(),
      deleted_at: null,
    })
    .onConflict((conflict) =>
      conflict
        .column('project_id')
        .doUpdateSet((eb) => ({ name: eb.ref('excluded.name'), sequence: eb.ref('excluded.sequence') }))
        .whereRef('projects.sequence', '<', 'excluded.sequence'),
    )
    .execute()
}

/** Also of a project that we have not heard of yet: late news of it must not bring it back. */
export async function saveDeletion(tx: Tx, { projectId, tenantId, at }: ProjectNews): Promise<void> {
  await tx
    .insertInto('projects')
    .values({ project_id: projectId, tenant_id: tenantId, sequence: -1, name: '', deleted_at: at })
    .onConflict((conflict) => conflict.column('project_id').doUpdateSet({ deleted_at: at }))
    .execute()
}

export async function saveMember(
  tx: Tx,
  { projectId, tenantId, sequence, at }: ProjectNews,
  userId: string,
  where: 'in' | 'out',
): Promise<void> {
  const removed_at = where === 'out' ? at : null
  await tx
    .insertInto('members')
    .values({ user_id: userId, project_id: projectId, tenant_id: tenantId, sequence, removed_at })
    .onConflict((conflict) =>
      conflict
        .columns(['user_id', 'project_id'])
        .doUpdateSet((eb) => ({
          removed_at: eb.ref('excluded.removed_at'),
          sequence: eb.ref('excluded.sequence'),
        }))
        .whereRef('members.sequence', '<', 'excluded.sequence'),
    )
    .execute()
}

/** Projects that are still there and that the person belongs to. */
export async function projectsOf(tx: Tx, userId: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('members')
    .innerJoin('projects', 'projects.project_id', 'members.project_id')
    .select('members.project_id')
    .where('members.user_id', '=', userId)
    .where('members.removed_at', 'is', null)
    .where('projects.deleted_at', 'is', null)
    .execute()
  return rows.map(({ project_id }) => project_id)
}

export async function isThere(tx: Tx, projectId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('projects')
    .select('project_id')
    .where('project_id', '=', projectId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}
