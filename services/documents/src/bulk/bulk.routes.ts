import { taskRequested } from '@alta/contracts/events/task-requested.v1'
import { may } from '@alta/kit/auth/policy'
import type { Database } from '@alta/kit/database/database'
import { conflict } from '@alta/kit/errors'
import { type Route, route } from '@alta/kit/http/route'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Schema } from '../database/schema.ts'
import { byId } from '../intake/item.routes.ts'
import { countItems } from '../intake/item-list.repository.ts'
import { type Caller, requireRole, roleIn } from '../projects/access.ts'
import { findProject } from '../projects/project.repository.ts'
import { visibleProject } from '../projects/project.service.ts'
import { type BulkRequest, bulkAnswer, bulkRequest, bulkTask, itemFilterOf } from './bulk.resource.ts'
import { changeManyItems, tablesOf } from './change-items.task.ts'
import { changeItems } from './change-items.ts'

/** So many are changed while the caller waits. */
const AT_ONCE = 20
const MOST_COUNTED = 1_000_000

export const bulkRoutes = (database: Database<Schema>): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/projects/:id/bulk',
    summary: 'Change many documents and voice samples of a project',
    description: `Of \`ids\`, or of everything that matches \`filter\`: to read again all that failed for a passing reason, \`{"action": "reprocess", "filter": {"status": ["failed"], "failureCause": "temporary"}}\`. \`dryRun\` only counts. Up to ${AT_ONCE} ids are changed at once; more, and filters, are a task of the type \`${changeManyItems.type}\`. What cannot be changed is told item by item, and the others are.`,
    tag: 'projects',
    policy: may('documents:write', 'project reviewer'),
    idempotent: true,
    params: byId,
    body: bulkRequest,
    answers: {
      200: { description: 'Counted, or done', schema: bulkAnswer },
      202: { description: 'Begun as a task', schema: bulkTask },
      409: { description: '`membership_required`: tasks act as a member of the project' },
    },
    handle: ({ principal, params: { id: projectId }, body }) => {
      const { userId, tenantId } = principal
      return database.transaction(tenantId, async (scope) => {
        const { tx, emit } = scope
        const { role } = await visibleProject(tx, projectId, principal)
        requireRole(role, 'reviewer')
        const counts = await count(tx, principal, role === 'owner', projectId, body)
        if (body.dryRun) return { status: 200, body: { ...counts, dryRun: true, done: 0, failures: [] } }
        if (body.ids && body.ids.length <= AT_ONCE) {
          const ids = [...new Set(body.ids)]
          const failures = await changeItems(scope, principal, projectId, ids, body)
          const done = ids.length - failures.length
          return { status: 200, body: { ...counts, dryRun: false, done, failures } }
        }
        await requireMembership(tx, principal, projectId)
        const taskId = randomUUIDv7()
        const { dryRun: _, ...change } = body
        // As it travels: JSON, in which what was left out is not there.
        const params: Record<string, z.core.util.JSONType> = JSON.parse(
          JSON.stringify({ projectId, ...change }),
        )
        const asked = { type: changeManyItems.type, params }
        emit(taskRequested, { taskId, ...asked, actor: { userId, tenantId }, idempotencyKey: taskId })
        return { status: 202, body: { ...counts, taskId } }
      })
    },
  }),
]

/** Tasks know nothing of what roles of the tenant allow beyond memberships. */
async function requireMembership(tx: Kysely<Schema>, caller: Caller, projectId: string): Promise<void> {
  const project = await findProject(tx, projectId, caller.userId)
  const member = project?.role ?? null
  if (member !== null && member !== 'viewer' && roleIn(member, caller)) return
  throw conflict(
    'membership_required',
    `Tasks act as a member of the project. Become one, or name at most ${AT_ONCE} ids.`,
  )
}

async function count(
  tx: Kysely<Schema>,
  { userId }: Caller,
  isOwner: boolean,
  projectId: string,
  request: BulkRequest,
): Promise<{ matching: number; allowed: number }> {
  const tables = tablesOf(request.filter)
  const filter = itemFilterOf(projectId, request)
  const matching = await countItems(tx, tables, filter, MOST_COUNTED)
  const isOwnOnly = !isOwner && (request.action === 'delete' || request.action === 'restore')
  if (!isOwnOnly) return { matching, allowed: matching }
  if (filter.uploadedBy !== undefined && filter.uploadedBy !== userId) return { matching, allowed: 0 }
  const allowed = await countItems(tx, tables, { ...filter, uploadedBy: userId }, MOST_COUNTED)
  return { matching, allowed }
}
