import type { Kysely } from 'kysely'
import type { NotificationsSchema } from '../database/schema.ts'

type Tx = Kysely<NotificationsSchema>

export interface Membership {
  tenantId: string
  projectId: string
  userId: string
  member: boolean
  /** Version of the project after the change. */
  sequence: number
}

/** News that is older than what is known changes nothing. */
export async function saveMembership(tx: Tx, membership: Membership, at: Date): Promise<void> {
  const { tenantId, projectId, userId, member, sequence } = membership
  await tx
    .insertInto('members')
    .values({
      user_id: userId,
      project_id: projectId,
      tenant_id: tenantId,
      sequence,
      removed_at: member ? null : at,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['user_id', 'project_id'])
        .doUpdateSet((eb) => ({
          removed_at: eb.ref('excluded.removed_at'),
          sequence: eb.ref('excluded.sequence'),
        }))
        .whereRef('members.sequence', '<=', 'excluded.sequence'),
    )
    .execute()
}

export async function saveDeletedProject(
  tx: Tx,
  { tenantId, projectId }: Pick<Membership, 'tenantId' | 'projectId'>,
  at: Date,
): Promise<void> {
  await tx
    .insertInto('deleted_projects')
    .values({ project_id: projectId, tenant_id: tenantId, deleted_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** All that is known of these people, also what they have left. */
export async function membershipsOf(
  tx: Tx,
  tenantId: string,
  userIds: readonly string[],
): Promise<Membership[]> {
  const rows = await tx
    .selectFrom('members')
    .leftJoin('deleted_projects', 'deleted_projects.project_id', 'members.project_id')
    .select([
      'members.user_id',
      'members.project_id',
      'members.sequence',
      'members.removed_at',
      'deleted_projects.deleted_at',
    ])
    .where('members.user_id', 'in', userIds)
    .execute()
  return rows.map((row) => ({
    tenantId,
    userId: row.user_id,
    projectId: row.project_id,
    member: row.removed_at === null && row.deleted_at === null,
    sequence: row.sequence,
  }))
}
