import type { ProjectRole, ReviewPolicy } from '@alta/contracts/resources/project'
import type { Kysely } from 'kysely'
import type { ReviewsSchema } from '../database/schema.ts'

type Tx = Kysely<ReviewsSchema>

/** `sequence` is the version of the project after the change; news older than what is known changes nothing. */
export interface ProjectNews {
  readonly tenantId: string
  readonly projectId: string
  readonly sequence: number
}

export async function savePolicy(tx: Tx, news: ProjectNews, policy: ReviewPolicy): Promise<void> {
  await tx
    .insertInto('projects')
    .values({ ...keyOf(news), ...columnsOf(policy), deleted_at: null })
    .onConflict((conflict) =>
      conflict
        .column('project_id')
        .doUpdateSet((eb) => ({
          minimum_confidence: eb.ref('excluded.minimum_confidence'),
          minimum_word_confidence: eb.ref('excluded.minimum_word_confidence'),
          second_reviewer: eb.ref('excluded.second_reviewer'),
          sequence: eb.ref('excluded.sequence'),
        }))
        .whereRef('projects.sequence', '<=', 'excluded.sequence'),
    )
    .execute()
}

/** Also for a project that we have not heard of yet: late news of it must not bring it back. */
export async function saveDeletion(tx: Tx, news: ProjectNews, at: Date): Promise<void> {
  const unknown: ReviewPolicy = { minimumConfidence: 1, minimumWordConfidence: 1, secondReviewer: false }
  await tx
    .insertInto('projects')
    .values({ ...keyOf(news), ...columnsOf(unknown), deleted_at: at })
    .onConflict((conflict) => conflict.column('project_id').doUpdateSet({ deleted_at: at }))
    .execute()
}

/**
 * @param role null when the person has left the project
 * @returns false when something newer is known
 */
export async function saveMember(
  tx: Tx,
  news: ProjectNews & { userId: string },
  role: ProjectRole | null,
  at: Date,
): Promise<boolean> {
  const removed_at = role === null ? at : null
  const saved = await tx
    .insertInto('members')
    .values({ ...keyOf(news), user_id: news.userId, role: role ?? 'viewer', removed_at })
    .onConflict((conflict) =>
      conflict
        .columns(['user_id', 'project_id'])
        .doUpdateSet((eb) => ({
          role: eb.ref('excluded.role'),
          removed_at: eb.ref('excluded.removed_at'),
          sequence: eb.ref('excluded.sequence'),
        }))
        .whereRef('members.sequence', '<=', 'excluded.sequence'),
    )
    .returning('user_id')
    .execute()
  return saved.length > 0
}

/** Undefined while `project.created.v1` has not arrived. */
export async function findProject(
  tx: Tx,
  projectId: string,
): Promise<{ policy: ReviewPolicy; deleted: boolean } | undefined> {
  const row = await tx
    .selectFrom('projects')
    .select(['minimum_confidence', 'minimum_word_confidence', 'second_reviewer', 'deleted_at'])
    .where('project_id', '=', projectId)
    .executeTakeFirst()
  return (
    row && {
      deleted: row.deleted_at !== null,
      policy: {
        minimumConfidence: row.minimum_confidence,
        minimumWordConfidence: row.minimum_word_confidence,
        secondReviewer: row.second_reviewer,
      },
    }
  )
}

/** The person's role in a project that is still there. */
export async function roleIn(tx: Tx, projectId: string, userId: string): Promise<ProjectRole | undefined> {
  const row = await tx
    .selectFrom('members')
    .select('role')
    .where('user_id', '=', userId)
    .where('project_id', '=', projectId)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return row?.role
}

const keyOf = ({ tenantId, projectId, sequence }: ProjectNews) => ({
  tenant_id: tenantId,
  project_id: projectId,
  sequence,
})

const columnsOf = (policy: ReviewPolicy) => ({
  minimum_confidence: policy.minimumConfidence,
  minimum_word_confidence: policy.minimumWordConfidence,
  second_reviewer: policy.secondReviewer,
})
