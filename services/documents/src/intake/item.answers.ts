import { z } from 'zod'
import { uuid } from './fields.ts'
import type { ItemSummary } from './item.resource.ts'

// Parts that the routes of documents and of voice samples have in common.

export const byId = z.object({ id: uuid })
export const byVersion = z.object({
  id: uuid,
  v: z.coerce
    .number<string>()
    .int()
    .min(1)
    .max(2 ** 31 - 1),
})

/** Optional on every change: refuses it with 412 when somebody else was quicker. */
export const ifMatch = z.object({ 'if-match': z.string().max(200).optional() })

export const rangeHeaders = z.object({
  range: z.string().max(200).optional(),
  'if-range': z.string().max(200).optional(),
})

/** The current version's file unless told. */
export const fileQuery = z.object({ version: byVersion.shape.v.optional() })

export const withEtag = <Item extends Pick<ItemSummary, 'etag'>>(body: Item) => ({
  body,
  headers: { etag: body.etag },
})

export const atItsPlace = <Item extends Pick<ItemSummary, 'id' | 'etag'>>(
  body: Item,
  collection: '/api/v1/documents' | '/api/v1/voice-samples',
) => ({ body, headers: { etag: body.etag, location: `${collection}/${body.id}` } })
