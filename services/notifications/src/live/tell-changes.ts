import type { EventContract } from '@alta/contracts/event'
import type { projectCreated } from '@alta/contracts/events/project-created.v1'
import type { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import type { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import type { projectMemberRemoved } from '@alta/contracts/events/project-member-removed.v1'
import type { reviewFailed } from '@alta/contracts/events/review-failed.v1'
import type { taskChanged } from '@alta/contracts/events/task-changed.v1'
import type { reviewFacts } from '@alta/contracts/resources/review'
import type { Handler, HandlerScope, Message } from '@alta/kit/events/handlers'
import type { z } from 'zod'
import type { NotificationsSchema } from '../database/schema.ts'
import type { LiveChange } from './live-entry.ts'
import type { LiveHints } from './live-hints.ts'
import { type Membership, saveDeletedProject, saveMembership } from './member.repository.ts'

type On<Contract> = Contract extends EventContract<infer Data> ? Handler<Data, NotificationsSchema> : never
type Scope = HandlerScope<NotificationsSchema>

/**
 * Handlers that tell connected people of an event. They are told before the commit: what fails then is told again,
 * and known by its event, while the other order could lose it. Who belongs to a project is recorded whether anybody
 * can be told or not. Replays tell nobody.
 */
export function tellChanges(hints: Pick<LiveHints, 'tell'>) {
  async function tellProject(
    projectId: string,
    { message }: Scope,
    change: Partial<LiveChange>,
  ): Promise<void> {
    if (message.replay) return
    await hints.tell({
      type: 'change',
      event: message.id,
      tenantId: message.tenantId,
      to: { projectId },
      change: { ...factsOf(message), ...change, projectId },
    })
  }

  async function setMember(
    fact: Pick<Membership, 'projectId' | 'userId' | 'member'>,
    { tx, message }: Scope,
  ) {
    const membership = { ...fact, tenantId: message.tenantId, sequence: message.sequence ?? 0 }
    await saveMembership(tx, membership, message.time)
    // Also when it is old: rights must not wait for somebody to connect again.
    await hints.tell({ type: 'membership', event: message.id, ...membership })
  }

  return {
    item: ({ projectId }: { projectId: string }, scope: Scope) => tellProject(projectId, scope, {}),

    review: async (
      review: Omit<z.output<typeof reviewFacts>, 'reviewId'> & { reviewId: string | null },
      scope: Scope,
    ) => {
      // Nobody had to look: there is no review, and the item itself tells.
      if (review.reviewId === null) return
      const subject = { kind: review.kind, id: review.subjectId }
      await tellProject(review.projectId, scope, { id: review.reviewId, subject })
    },

    /** No review came to be, so it is told of the item. */
    reviewFailed: (async ({ projectId, kind }, scope) =>
      tellProject(projectId, scope, { kind, change: 'review-failed' })) satisfies On<typeof reviewFailed>,

    /** Only that it changed: an event of a transition that never was is known by `tasks` alone. */
    task: (async ({ requestedBy }, { message }) => {
      if (message.replay) return
      const { id: event, tenantId } = message
      const to = { userId: requestedBy }
      await hints.tell({ type: 'change', event, tenantId, to, change: factsOf(message) })
    }) satisfies On<typeof taskChanged>,

    projectCreated: (({ projectId, ownerId }, scope) =>
      setMember({ projectId, userId: ownerId, member: true }, scope)) satisfies On<typeof projectCreated>,

    memberAdded: (({ projectId, userId }, scope) =>
      setMember({ projectId, userId, member: true }, scope)) satisfies On<typeof projectMemberAdded>,

    memberRemoved: (({ projectId, userId }, scope) =>
      setMember({ projectId, userId, member: false }, scope)) satisfies On<typeof projectMemberRemoved>,

    projectDeleted: (async ({ projectId }, scope) => {
      const { tx, message } = scope
      await saveDeletedProject(tx, { tenantId: message.tenantId, projectId }, message.time)
      await tellProject(projectId, scope, {})
      // A name of its own: the entry above has the event's.
      const event = `${message.id} members`
      await hints.tell({ type: 'project-deleted', event, tenantId: message.tenantId, projectId })
    }) satisfies On<typeof projectDeleted>,
  }
}

export type TellChanges = ReturnType<typeof tellChanges>

/** `document.ocr-started.v1` is the change `ocr-started` of a document. */
function factsOf({ topic, subject, time }: Message): LiveChange {
  const [kind = '', change = ''] = topic.split('.')
  // Only topics of these kinds are subscribed to with these handlers.
  return { kind: kind as LiveChange['kind'], id: subject, change, time: time.toISOString() }
}
