import type { EventContract } from '@alta/contracts/event'
import type { projectCreated } from '@alta/contracts/events/project-created.v1'
import type { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import type { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import type { projectMemberRemoved } from '@alta/contracts/events/project-member-removed.v1'
import type { projectUpdated } from '@alta/contracts/events/project-updated.v1'
import type { Handler, Message } from '@alta/kit/events/handlers'
import type { ReviewsSchema } from '../database/schema.ts'
import { closeItemsOfProject } from '../reviews/review.repository.ts'
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

export const recordMember: On<typeof projectMemberAdded> = (data, { tx, message }) =>
  saveMember(tx, { ...newsOf(data.projectId, message), userId: data.userId }, data.role, message.time)

export const removeMember: On<typeof projectMemberRemoved> = (data, { tx, message }) =>
  saveMember(tx, { ...newsOf(data.projectId, message), userId: data.userId }, null, message.time)

export const closeProject: On<typeof projectDeleted> = async (data, { tx, message }) => {
  await saveDeletion(tx, newsOf(data.projectId, message), message.time)
  await closeItemsOfProject(tx, data.projectId, message.time)
}

const newsOf = (projectId: string, message: Message): ProjectNews => ({
  projectId,
  tenantId: message.tenantId,
  sequence: message.sequence ?? 0,
})
