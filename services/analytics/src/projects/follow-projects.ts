import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { EventContract } from '@alta/contracts/event'
import { projectCreated } from '@alta/contracts/events/project-created.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import { projectMemberRemoved } from '@alta/contracts/events/project-member-removed.v1'
import { projectUpdated } from '@alta/contracts/events/project-updated.v1'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { type ProjectNews, saveDeletion, saveMember, saveName } from './project.repository.ts'

type Tx = Kysely<Schema>
type Follow = (tx: Tx, news: ProjectNews, event: CloudEvent) => Promise<void>

const when = <Data>(
  contract: EventContract<Data>,
  follow: (tx: Tx, news: ProjectNews, data: Data) => Promise<void>,
): readonly [string, Follow] => [
  contract.topic,
  // The inbox has checked it by this contract.
  (tx, news, event) => follow(tx, news, event.data as Data),
]

const followers = new Map([
  when(projectCreated, async (tx, news, { name, ownerId }) => {
    await saveName(tx, news, name)
    await saveMember(tx, news, ownerId, 'in')
  }),
  when(projectUpdated, (tx, news, { name }) => saveName(tx, news, name)),
  when(projectDeleted, (tx, news) => saveDeletion(tx, news)),
  when(projectMemberAdded, (tx, news, { userId }) => saveMember(tx, news, userId, 'in')),
  when(projectMemberRemoved, (tx, news, { userId }) => saveMember(tx, news, userId, 'out')),
])

/** Topics that say who may see what. */
export const followedTopics: readonly string[] = [...followers.keys()]

/** Keeps who belongs to which project; older news than what is known is passed over. */
export async function followProjects(tx: Tx, tenantId: string, events: readonly CloudEvent[]): Promise<void> {
  for (const event of events) {
    const follow = followers.get(event.topic)
    // Every event about a project names it as its subject.
    const news = { tenantId, projectId: event.subject, sequence: Number(event.sequence ?? 0) }
    await follow?.(tx, { ...news, at: new Date(event.time) }, event)
  }
}
