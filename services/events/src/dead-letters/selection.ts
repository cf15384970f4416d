import { badRequest } from '@alta/kit/errors'
import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { filter, isEmpty, matches } from './filter.ts'

const ids = z.array(z.uuid()).min(1).max(1_000)

/** Which messages an action is about: everything given must fit. */
export const selection = z.strictObject({
  groups: ids.optional(),
  ids: ids.optional().describe('Ids of messages'),
  filter: filter.optional(),
  all: z.literal(true).optional().describe('Every dead letter there is; cannot be left to an empty filter'),
})
export type Selection = z.infer<typeof selection>

/**
 * Refuses what would be everything without saying so.
 * @throws {Problem} 400 `selection_required`
 */
export function requireSelection(wanted: Selection): Selection {
  const { groups, ids: messages, filter: wantedFilter, all } = wanted
  const narrowed = groups || messages || (wantedFilter && !isEmpty(wantedFilter))
  if (Boolean(narrowed) === Boolean(all)) {
    throw badRequest(
      'selection_required',
      all
        ? 'Say either "all": true or which ones, not both.'
        : 'Say which ones: groups, ids or a filter that is not empty. For every dead letter there is, send "all": true.',
    )
  }
  return wanted
}

/**
 * A condition over `d` and `g`. What was filed after `until` is not meant: nobody had seen it when they asked.
 */
export function selected(wanted: Selection, until: Date): RawBuilder<unknown> {
  const parts = [sql`d.filed_at <= ${until}`]
  if (wanted.groups) parts.push(sql`d.group_id = any (${wanted.groups}::uuid[])`)
  if (wanted.ids) parts.push(sql`d.id = any (${wanted.ids}::uuid[])`)
  if (wanted.filter) parts.push(matches(wanted.filter))
  return sql`(${sql.join(parts, sql` and `)})`
}
