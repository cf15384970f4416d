import { itemStatus } from '@alta/contracts/resources/item'
import { z } from 'zod'
import { failureCause } from '../intake/failure.ts'
import { line, tags, uuid } from '../intake/fields.ts'
import type { ItemFilter } from '../intake/item-list.repository.ts'

const action = z.enum(['tag', 'untag', 'delete', 'restore', 'reprocess'])

/** As the filter of lists, in JSON. */
export const bulkFilter = z.strictObject({
  kind: z.enum(['document', 'voice']).optional(),
  status: z.array(itemStatus).min(1).max(6).optional(),
  q: line(200).optional().describe('Words of title or text; the last one may be only begun'),
  tag: line(50).optional(),
  uploadedBy: uuid.optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  failureCode: line(100).optional(),
  failureCause: failureCause.optional(),
})
export type BulkFilter = z.output<typeof bulkFilter>

const MOST_IDS = 1000

const change = {
  action,
  tags: tags.optional().describe('Of `tag` and `untag`'),
  ids: z.array(uuid).min(1).max(MOST_IDS).optional(),
  filter: bulkFilter
    .optional()
    .describe('Everything that matches, instead of `ids`; of the trash with `restore`'),
}

interface Said {
  action: z.output<typeof action>
  tags?: readonly string[] | undefined
  ids?: unknown
  filter?: unknown
}

const makesSense = ({ ids, filter }: Said) => (ids === undefined) !== (filter === undefined)
const hasItsTags = ({ action: what, tags: given }: Said) =>
  (what === 'tag' || what === 'untag') === (given?.length ?? 0) > 0

/** What a task of the type `item-change` is told; callers of the API say the same with the project in the path. */
export const itemChangeParams = z
  .strictObject({ projectId: uuid, ...change })
  .refine(makesSense, 'either ids or filter')
  .refine(hasItsTags, { path: ['tags'], message: 'go with tag and untag, and with these alone' })

export const bulkRequest = z
  .strictObject({
    ...change,
    dryRun: z.boolean().default(false).describe('Only count what would be changed'),
  })
  .refine(makesSense, 'either ids or filter')
  .refine(hasItsTags, { path: ['tags'], message: 'go with tag and untag, and with these alone' })
export type BulkRequest = z.output<typeof bulkRequest>

/** What is to be done to each item. */
export type Change = Pick<BulkRequest, 'action' | 'tags'>

const counts = {
  /** Items that match. */
  matching: z.int(),
  /** Those of them that the caller's role allows to change so. */
  allowed: z.int(),
}

export const bulkAnswer = z.object({
  ...counts,
  dryRun: z.boolean(),
  done: z.int(),
  /** `code` is that of the refusal which each would have been alone. */
  failures: z.array(z.object({ item: z.string(), reason: z.string(), code: z.string() })),
})
export type BulkFailure = z.output<typeof bulkAnswer>['failures'][number]

/** `GET /api/v1/tasks/{taskId}` tells how far it is and which items could not be changed. */
export const bulkTask = z.object({ ...counts, taskId: z.uuid() })

export function itemFilterOf(
  projectId: string,
  { action: what, ids, filter = {} }: Pick<BulkRequest, 'action' | 'ids' | 'filter'>,
): ItemFilter {
  const { kind: _, from, to, ...words } = filter
  return {
    ...words,
    projectIds: [projectId],
    ids,
    trashed: what === 'restore',
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  }
}
