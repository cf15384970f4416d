import { itemStatus } from '@alta/contracts/resources/item'
import { etagOf } from '@alta/kit/http/etag'
import { z } from 'zod'
import { failureOf, itemFailure } from './failure.ts'
import { language, line, tagList, tags } from './fields.ts'
import type { HistoryRow } from './history.repository.ts'
import type { ItemRow } from './item.repository.ts'
import type { VersionRow } from './version.repository.ts'

// What leaves the API about documents and voice samples alike, and what comes in.

const storedVersion = {
  fileName: z.string(),
  mediaType: z.string(),
  /** Bytes. */
  size: z.number().int(),
  sha256: z.string(),
}

export const itemSummary = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  title: z.string(),
  language: z.string(),
  tags: z.array(z.string()),
  status: itemStatus,
  /** Number of the current file version. */
  version: z.number().int(),
  ...storedVersion,
  /** Mean over what was read; null until then. */
  confidence: z.number().nullable(),
  /** Why the status is `failed`. */
  failure: itemFailure.nullable(),
  uploadedBy: z.uuid(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** Since when it lies in the trash, and who has put it there. */
  deletedAt: z.iso.datetime().nullable(),
  deletedBy: z.uuid().nullable(),
  /** For `If-Match`. */
  etag: z.string(),
})

export const uploadedItem = itemSummary.extend({
  /** An item of the project that has the same bytes and lies in the trash: perhaps it was meant. */
  sameBytesInTrash: z.uuid().nullable(),
})

export const historyEntry = z.object({
  at: z.iso.datetime(),
  /** Null when a machine did it. */
  by: z.uuid().nullable(),
  action: z.string(),
  details: z.record(z.string(), z.unknown()),
})

export const itemVersion = z.object({
  number: z.number().int(),
  ...storedVersion,
  uploadedBy: z.uuid(),
  createdAt: z.iso.datetime(),
})

export const itemVersionDetail = itemVersion.extend({
  /** Of the last run over this version. */
  status: itemStatus,
  text: z.string().nullable(),
  confidence: z.number().nullable(),
  /** What the engine read, where a person has corrected it; before beside after. */
  machineText: z.string().nullable(),
  engine: z.string().nullable(),
  decidedBy: z.uuid().nullable(),
  failure: itemSummary.shape.failure,
})

export const newItemFields = z.strictObject({
  title: line(300).optional(),
  language: language.optional(),
  tags: tagList.optional(),
})

export const itemChange = z.strictObject({
  title: line(300).optional(),
  language: language.optional(),
  tags: tags.optional(),
})

export type UploadedItem = z.output<typeof uploadedItem>
export type ItemSummary = z.output<typeof itemSummary>
export type ItemChange = z.output<typeof itemChange>
export type HistoryEntry = z.output<typeof historyEntry>
export type ItemVersion = z.output<typeof itemVersion>
export type ItemVersionDetail = z.output<typeof itemVersionDetail>

export const summaryOf = (item: Omit<ItemRow, 'text'>, version: VersionRow): ItemSummary => ({
  id: item.id,
  projectId: item.project_id,
  title: item.title,
  language: item.language,
  tags: item.tags,
  status: item.status,
  version: item.version,
  ...fileOf(version),
  confidence: item.confidence,
  failure: failureOf(item),
  uploadedBy: item.uploaded_by,
  createdAt: item.created_at.toISOString(),
  updatedAt: item.updated_at.toISOString(),
  deletedAt: item.deleted_at?.toISOString() ?? null,
  deletedBy: item.deleted_by,
  etag: etagOf(item.revision),
})

export const versionOf = (row: VersionRow): ItemVersion => ({
  number: row.number,
  ...fileOf(row),
  uploadedBy: row.uploaded_by,
  createdAt: row.created_at.toISOString(),
})

export const historyOf = (row: HistoryRow): HistoryEntry => ({
  at: row.at.toISOString(),
  by: row.by_user,
  action: row.action,
  details: row.details,
})

const fileOf = (row: VersionRow) => ({
  fileName: row.file_name,
  mediaType: row.media_type,
  size: Number(row.size),
  sha256: row.sha256,
})
