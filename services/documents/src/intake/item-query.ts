import { itemStatus } from '@alta/contracts/resources/item'
import { pageQuery } from '@alta/kit/http/pagination'
import { z } from 'zod'
import { failureCause } from './failure.ts'
import { line, uuid } from './fields.ts'
import type { ItemFilter } from './item-list.repository.ts'
import { itemSort } from './item-order.ts'

/** One of several: `status=failed&status=in_review`. */
const several = <Word extends z.ZodEnum>(word: Word) =>
  z
    .union([word, z.array(word).min(1).max(word.options.length)])
    .transform((given): z.output<Word>[] => [given].flat() as z.output<Word>[])

const yesOrNo = z.enum(['true', 'false']).transform((word) => word === 'true')

/** What lists can be narrowed down by. */
const itemFilter = {
  status: several(itemStatus).optional().meta({ description: 'Any of these; repeat it for several.' }),
  q: line(200).optional().meta({
    description: 'Words of title or text, in the trash of the title alone; the last one may be only begun.',
  }),
  tag: line(50).optional(),
  uploadedBy: uuid.optional(),
  from: z.iso.datetime().optional().meta({ description: 'Uploaded then or later.' }),
  to: z.iso.datetime().optional().meta({ description: 'Uploaded before.' }),
  failureCode: line(100).optional().meta({ description: 'Failed with this code.' }),
  failureCause: failureCause.optional().meta({ description: 'Failed for a reason of this sort.' }),
  trashed: yesOrNo.optional().meta({ description: 'What lies in the trash, instead of what does not.' }),
}

/** Filter, order and page of a list of items. */
export const itemListQuery = {
  ...pageQuery,
  ...itemFilter,
  sort: itemSort.default('-createdAt').meta({ description: 'With `-` the other way round.' }),
  total: yesOrNo.optional().meta({ description: 'Count what matches, on every page.' }),
}

/** Counting further would cost more than it tells. */
export const MOST_COUNTED = 10_000

export const totalOfList = z
  .int()
  .nullable()
  .meta({
    description: `How many match, when \`total\` was asked for; null when not, or when they are more than ${MOST_COUNTED}.`,
  })

export type ItemListQuery = z.output<z.ZodObject<typeof itemListQuery>>

/** What a query says of items; where they are looked for is not its business. */
export function filterOf(query: Partial<ItemListQuery>): Omit<ItemFilter, 'projectIds'> {
  const { status, q, tag, uploadedBy, from, to, failureCode, failureCause: cause, trashed } = query
  return {
    ...{ status, q, tag, uploadedBy, failureCode, failureCause: cause, trashed },
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  }
}
