import type { EventContract } from '@alta/contracts/event'
import type { projectCreated } from '@alta/contracts/events/project-created.v1'
import type { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import type { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import type { projectMemberRemoved } from '@alta/contracts/events/project-member-removed.v1'
import type { projectUpdated } from '@alta/contracts/events/project-updated.v1'
import { reviewReleased } from '@alta/contracts/events/review-released.v1'
import type { ProjectRole } from '@alta/contracts/resources/project'
import type { Handler, HandlerScope, Message } from '@alta/kit/events/handlers'
import type { ReviewsSchema } from '../database/schema.ts'
import { factsOf } from '../reviews/review.events.ts'
import { closeItemsOfProject, freeClaims } from '../reviews/review.repository.ts'
import { type ProjectNews, saveDeletion, saveMember, savePolicy } from './project.repository.ts'

type On<Contract> = Contract extends EventContract<infer Data> ? Handler<Data, ReviewsSchema> : never

/*
 * The read model of projects and their members. Nothing promises an order, so each row keeps the version
 * of the project that it shows (the events' `sequence`) and older news is passed over.
 */

export const recordProject: On<typeof projectCreated> = async (data, { tx, message }) => {
  const news = newsOf(data.projectId, message)
  await savePolicy(tx, news, data.review)
  await saveMember(tx, { ...news, userId: data.ownerId }, 'owner', message.time)
}

export const recordPolicy: On<typeof projectUpdated> = (data, { tx, message }) =>
  savePolicy(tx, newsOf(data.projectId, message), data.review)

export const recordMember: On<typeof projectMemberAdded> = (data, scope) => follow(data, data.role, scope)

export const removeMember: On<typeof projectMemberRemoved> = (data, scope) => follow(data, null, scope)

export const closeProject: On<typeof projectDeleted> = async (data, { tx, message }) => {
  await saveDeletion(tx, newsOf(data.projectId, message), message.time)
  await closeItemsOfProject(tx, data.projectId, message.time)
}

/** Who may no longer decide holds nothing back from others. A claim of the same moment runs out by itself. */
async function follow(
  { projectId, userId }: { projectId: string; userId: string },
  role: ProjectRole | null,
  { tx, emit, message }: HandlerScope<ReviewsSchema>,
): Promise<void> {
  const isNews = await saveMember(tx, { ...newsOf(projectId, message), userId }, role, message.time)
  if (!isNews || role === 'owner' || role === 'reviewer') return
  for (const review of await freeClaims(tx, { projectId, userId }, message.time)) {
    emit(reviewReleased, { ...factsOf(review), by: null }, { sequence: review.version })
  }
}

const newsOf = (projectId: string, message: Message): ProjectNews => ({
  projectId,
  tenantId: message.tenantId,
  sequence: message.sequence ?? 0,
})
