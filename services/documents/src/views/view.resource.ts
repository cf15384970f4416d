import { z } from 'zod'
import { bulkFilter } from '../bulk/bulk.resource.ts'
import { line, tags } from '../intake/fields.ts'
import { itemSort } from '../intake/item-order.ts'

const fields = {
  name: line(100),
  /** Everybody in the project sees it. */
  shared: z.boolean(),
  /** As in `POST …/bulk`. */
  filter: bulkFilter,
  sort: itemSort,
  /** Names of columns, from left to right: the console's own words. */
  columns: tags,
  layout: z.enum(['grid', 'list']),
}

export const newView = z.strictObject({
  ...fields,
  shared: fields.shared.default(false),
  filter: fields.filter.default({}),
  sort: fields.sort.default('-createdAt'),
  columns: fields.columns.default([]),
  layout: fields.layout.default('list'),
})

export const viewChange = z.strictObject(fields).partial()

export const viewResource = z.object({
  id: z.uuid(),
  ...fields,
  columns: z.array(z.string()),
  createdBy: z.uuid(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  etag: z.string(),
})

export type NewView = z.output<typeof newView>
export type ViewChange = z.output<typeof viewChange>
export type ViewResource = z.output<typeof viewResource>
