import type { ProjectRole, ReviewPolicy } from '@alta/contracts/resources/project'
import type { Principal } from '@alta/kit/auth/principal'
import { forbidden, notFound } from '@alta/kit/errors'
import type { Kysely } from 'kysely'
import type { ReviewsSchema } from '../database/schema.ts'
import { findProject, roleIn } from '../projects/project.repository.ts'
import type { Review } from './review.repository.ts'
import { isDeleted } from './subject.repository.ts'

type Tx = Kysely<ReviewsSchema>
export type Caller = Pick<Principal, 'userId' | 'tenantId' | 'permissions'>

export interface Access {
  readonly review: Review
  readonly role: ProjectRole
  readonly policy: ReviewPolicy
}

/** Whether the queue shows this person every project of the tenant. */
export const seesAllProjects = ({ permissions }: Caller): boolean =>
  permissions.has('reviews:any') || permissions.has('projects:any')

/**
 * An item as its project's members see it. Whoever uploaded the file may review it like any other member:
 * a project that wants other eyes asks for a second reviewer. What lies in the trash is nobody's, text and all.
 * @param find with or without a lock
 * @throws {Problem} 404 `review_not_found`, the same for an item that is not there and one that is not theirs
 */
export async function openReview(
  tx: Tx,
  caller: Caller,
  id: string,
  find: (tx: Tx, id: string) => Promise<Review | undefined>,
): Promise<Access> {
  const review = await find(tx, id)
  const project = review && (await findProject(tx, review.projectId))
  const role = project && !project.deleted ? await roleOf(tx, caller, review.projectId) : undefined
  if (review && project && role && !(await isDeleted(tx, review.subjectId)))
    return { review, role, policy: project.policy }
  throw notFound('review_not_found', 'There is no such review for you.')
}

/** @throws {Problem} 403 `project_role_required` */
export function demandReviewer(role: ProjectRole): void {
  if (role === 'viewer') {
    throw forbidden('project_role_required', 'This needs the role reviewer in the project; yours is viewer.')
  }
}

async function roleOf(tx: Tx, caller: Caller, projectId: string): Promise<ProjectRole | undefined> {
  if (caller.permissions.has('projects:any')) return 'owner'
  const role = await roleIn(tx, projectId, caller.userId)
  if (role === 'owner') return role
  return caller.permissions.has('reviews:any') ? 'reviewer' : role
}
