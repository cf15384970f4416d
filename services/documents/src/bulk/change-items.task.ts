import { type StepScope, taskType } from '@alta/kit/tasks/task-type'
import { z } from 'zod'
import type { Schema } from '../database/schema.ts'
import { uuid } from '../intake/fields.ts'
import { countItems, listItems } from '../intake/item-list.repository.ts'
import { orderOf } from '../intake/item-order.ts'
import { kinds } from '../kinds.ts'
import { requireRole } from '../projects/access.ts'
import { visibleProject } from '../projects/project.service.ts'
import { type BulkFilter, itemChangeParams, itemFilterOf } from './bulk.resource.ts'
import { changeItems } from './change-items.ts'

/** Items of one step: each is a handful of statements. */
const PORTION = 20
const MOST_COUNTED = 1_000_000
const newestFirst = orderOf('-createdAt')

/** How far it is: in the list of ids, or in the newest-first walk, beyond which nothing new comes. */
const place = z.object({
  next: z.int(),
  after: uuid.nullable(),
  done: z.int(),
  failed: z.int(),
  total: z.int().nullable(),
})

export const tablesOf = (filter: BulkFilter | undefined) =>
  kinds.filter(({ name }) => filter?.kind === undefined || filter.kind === name).map(({ table }) => table)

/**
 * The same change to many items of a project, as their person could one by one: as a member. What a tenant's roles
 * would allow beyond that does not count: roles are asked of who calls, and nobody does by then.
 */
export const changeManyItems = taskType({
  type: 'item-change',
  title: 'Change many documents and recordings',
  permission: 'documents:write',
  params: itemChangeParams,
  async step(params, scope: StepScope<Schema>) {
    const { tx, actor, cursor, onlyFailed } = scope
    const { projectId, ids } = params
    const caller = { ...actor, permissions: new Set<never>() }
    // Anybody may start such a task at `tasks`, which knows no projects: what it counts and names would be told them.
    requireRole((await visibleProject(tx, projectId, caller)).role, 'reviewer')
    const before = cursor === null ? undefined : place.parse(cursor)
    const start = before ?? { next: 0, after: null, done: 0, failed: 0, total: null }
    const change = (some: readonly string[]) => changeItems(scope, caller, projectId, some, params)

    async function portion(): Promise<{ some: readonly string[]; after: string | null; more: boolean }> {
      if (onlyFailed) return { some: onlyFailed.items, after: null, more: onlyFailed.more }
      if (ids) {
        const some = ids.slice(start.next, start.next + PORTION)
        return { some, after: null, more: start.next + PORTION < ids.length }
      }
      const filter = itemFilterOf(projectId, params)
      const after = start.after === null ? undefined : { id: start.after, value: null }
      const page = { order: newestFirst, after, limit: PORTION }
      const found = await listItems(tx, tablesOf(params.filter), filter, page)
      const some = found.map(({ id }) => id)
      return { some, after: some.at(-1) ?? null, more: found.length === PORTION }
    }

    const total = onlyFailed ? null : (start.total ?? ids?.length ?? (await countAll()))
    const { some, after, more } = await portion()
    const failures = await change(some)
    const failed = start.failed + failures.length
    const done = start.done + some.length - failures.length
    if (more) {
      const next = start.next + some.length
      return { done, failed, total, cursor: { next, after, done, failed, total }, next: 'now', failures }
    }
    const sum = onlyFailed ? null : done + failed
    return { done, failed, total: sum, cursor: null, next: 'end', failures, result: { changed: done } }

    function countAll(): Promise<number> {
      return countItems(tx, tablesOf(params.filter), itemFilterOf(projectId, params), MOST_COUNTED)
    }
  },
})
