import { itemStatus } from '@alta/contracts/resources/item'
import type { TaskFailure } from '@alta/contracts/resources/task'
import { Problem } from '@alta/kit/errors'
import { type StepScope, taskType } from '@alta/kit/tasks/task-type'
import { z } from 'zod'
import type { Schema } from '../database/schema.ts'
import { uuid } from '../intake/fields.ts'
import { reprocessItem } from '../intake/intake.service.ts'
import { countItems, listItems } from '../intake/item-list.repository.ts'
import { orderOf } from '../intake/item-order.ts'
import { projectIdsOf } from '../projects/project.repository.ts'
import { documentKind } from './document.kind.ts'

/** Documents of one step: each is a handful of statements. */
const PORTION = 20
const MOST_COUNTED = 1_000_000
const tables = [documentKind.table]
const newestFirst = orderOf('-createdAt')

const params = z.strictObject({
  projectId: uuid.optional().describe('Only of this project; else of all that the person is a member of'),
  status: itemStatus.optional(),
  tag: z.string().min(1).max(50).optional(),
  q: z.string().min(1).max(200).optional().describe('Words of title or text'),
})

/** How far the newest-first walk is; documents that come in meanwhile are newer than where it began. */
const place = z.object({ after: uuid, done: z.number(), failed: z.number(), total: z.number() })

/**
 * Reads documents again, each once, as their person could one by one. What a tenant's roles would allow beyond
 * the person's own projects does not count here: roles are asked of who calls, and nobody does by then.
 */
export const reprocessDocuments = taskType({
  type: 'document-reprocessing',
  title: 'Read documents again',
  permission: 'documents:write',
  params,
  async step({ projectId, status, tag, q }, scope: StepScope<Schema>) {
    const { tx, actor, cursor, onlyFailed } = scope
    if (onlyFailed) {
      const failures = await reprocessEach(scope, onlyFailed.items)
      const before = z
        .object({ done: z.number(), failed: z.number() })
        .parse(cursor ?? { done: 0, failed: 0 })
      const failed = before.failed + failures.length
      const done = before.done + onlyFailed.items.length - failures.length
      const next = onlyFailed.more ? 'now' : 'end'
      return { done, failed, total: null, cursor: { done, failed }, next, failures }
    }
    const own = await projectIdsOf(tx, actor.tenantId, actor.userId)
    const projectIds = projectId === undefined ? own : own.filter((id) => id === projectId)
    const filter = { projectIds, status: status && [status], tag, q }
    const before = cursor === null ? undefined : place.parse(cursor)
    const total = before?.total ?? (await countItems(tx, tables, filter, MOST_COUNTED))
    const after = before && { id: before.after, value: null }
    const found = await listItems(tx, tables, filter, { order: newestFirst, after, limit: PORTION })
    const failures = await reprocessEach(
      scope,
      found.map(({ id }) => id),
    )
    const failed = (before?.failed ?? 0) + failures.length
    const done = (before?.done ?? 0) + found.length - failures.length
    const last = found.at(-1)
    if (!last || found.length < PORTION) {
      return {
        done,
        failed,
        total: done + failed,
        cursor: null,
        next: 'end',
        failures,
        result: { reprocessed: done },
      }
    }
    return { done, failed, total, cursor: { after: last.id, done, failed, total }, next: 'now', failures }
  },
})

async function reprocessEach(scope: StepScope<Schema>, ids: readonly string[]): Promise<TaskFailure[]> {
  const caller = { ...scope.actor, permissions: new Set<never>() }
  const failures: TaskFailure[] = []
  for (const id of ids) {
    try {
      await reprocessItem(scope, documentKind, caller, id, undefined)
    } catch (error) {
      // Refused before anything was written: the others go on. Whatever else goes wrong ends the step.
      if (!(error instanceof Problem)) throw error
      failures.push({ item: id, reason: error.detail })
    }
  }
  return failures
}
