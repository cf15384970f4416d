import type { ProjectRole } from '@alta/contracts/resources/project'
import type { Page, Segment } from '@alta/contracts/resources/recognition'
import type { ReviewKind } from '@alta/contracts/resources/review'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { BulkFilter } from '../bulk/bulk.resource.ts'
import type { FailureCause } from '../intake/failure.ts'
import type { ItemSort } from '../intake/item-order.ts'
import type { ItemStatus, Verdict } from '../intake/status.ts'

export interface Schema {
  projects: ProjectTable
  project_members: {
    project_id: string
    user_id: string
    tenant_id: string
    role: ProjectRole
    added_at: Generated<Date>
  }
  documents: ItemTable
  voice_samples: ItemTable
  versions: VersionTable
  recognitions: RecognitionTable
  readings: {
    recognition_id: string
    result_sha256: string
    tenant_id: string
    text: string
    confidence: number
    /** Seconds; recordings only. */
    duration: number | null
  }
  pages: {
    recognition_id: string
    result_sha256: string
    number: number
    tenant_id: string
    width: number
    height: number
    origin: Page['origin']
    text: string
    confidence: number
    words: JSONColumnType<Page['words']>
  }
  page_pictures: {
    recognition_id: string
    number: number
    kind: PictureKind
    tenant_id: string
    sha256: string
    size: number
    media_type: string
    width: number
    height: number
  }
  segments: {
    recognition_id: string
    result_sha256: string
    position: number
    tenant_id: string
    starts_at: number
    ends_at: number
    text: string
    confidence: number
    words: JSONColumnType<Segment['words']>
  }
  waveforms: {
    recognition_id: string
    tenant_id: string
    seconds_per_pair: number
    /** Lowest and highest sample of each stretch, -128 to 127. */
    peaks: number[]
  }
  history: {
    id: string
    tenant_id: string
    item_id: string
    at: Date
    by_user: string | null
    action: string
    details: JSONColumnType<Record<string, unknown>>
    cause: string | null
  }
  files: { sha256: string; used_at: Generated<Date> }
  saved_views: SavedViewTable
  uploads: UploadTable
  upload_parts: {
    upload_id: string
    position: ColumnType<string, number, never>
    tenant_id: string
    size: ColumnType<string, number, never>
    sha256: string
  }
}

interface SavedViewTable {
  id: string
  tenant_id: string
  project_id: string
  created_by: string
  shared: boolean
  name: string
  filter: JSONColumnType<BulkFilter>
  sort: ItemSort
  columns: string[]
  layout: 'grid' | 'list'
  version: Generated<number>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

interface UploadTable {
  id: string
  tenant_id: string
  project_id: string
  kind: ReviewKind
  /** Bytes of the whole. bigint: the driver reads it as a string. */
  length: ColumnType<string, number, never>
  received: ColumnType<string, number | undefined, number>
  /** `Upload-Metadata` as it came. */
  metadata: string
  file_name: string
  title: string | null
  language: string | null
  tags: string[] | null
  created_by: string
  created_at: Generated<Date>
  touched_at: Generated<Date>
  /** Whose turn it is to make an item of it has until then; see `claimUpload`. */
  finishing_until: Generated<Date | null>
  outcome: 'created' | 'duplicate' | 'refused' | null
  item_id: string | null
  problem: JSONColumnType<UploadRefusal> | null
}

/** Why a whole upload was not taken: what the answer said. */
export interface UploadRefusal {
  status: number
  code: string
  detail: string
}

/** The page under the boxes of its words, or small for lists. */
export type PictureKind = 'image' | 'thumbnail'

interface ProjectTable {
  id: string
  tenant_id: string
  name: string
  description: string
  language: string
  minimum_confidence: number
  minimum_word_confidence: number
  second_reviewer: boolean
  version: Generated<number>
  created_by: string
  created_at: Generated<Date>
  updated_at: Generated<Date>
  deleted_at: Date | null
}

/** A document or a voice sample. */
export interface ItemTable {
  id: string
  tenant_id: string
  project_id: string
  title: string
  language: string
  tags: string[]
  status: ItemStatus
  /** Number of the current file version. */
  version: Generated<number>
  /** The run whose results count; those of any other are ignored. */
  recognition_id: string
  /** Of the reading that counts now; kept here for search and lists. */
  text: string | null
  confidence: number | null
  failure_code: string | null
  failure_detail: string | null
  failure_cause: FailureCause | null
  uploaded_by: string
  /** Goes up with every change of the row: ETag and event sequence. */
  revision: Generated<number>
  created_at: Generated<Date>
  updated_at: Generated<Date>
  deleted_at: Date | null
  /** Null when it went with its project. */
  deleted_by: string | null
  /** Of the current version, kept by a trigger. bigint: the driver reads it as a string. */
  size: ColumnType<string, never, never>
  search: ColumnType<string, never, never>
}

interface VersionTable {
  item_id: string
  number: number
  tenant_id: string
  project_id: string
  kind: ReviewKind
  sha256: string
  /** bigint: the driver reads it as a string. */
  size: ColumnType<string, number, number>
  media_type: string
  file_name: string
  uploaded_by: string
  claims_bytes: Generated<boolean>
  created_at: Generated<Date>
}

export interface RecognitionTable {
  id: string
  tenant_id: string
  item_id: string
  version: number
  languages: string[]
  requested_at: Generated<Date>
  started_at: Date | null
  engine: string | null
  /** SHA-256 of the result that the engine left. */
  machine_result: string | null
  /** The same when another run counted already: nothing of it is shown here. */
  unused_result: string | null
  failure_code: string | null
  failure_detail: string | null
  failure_cause: FailureCause | null
  verdict: Verdict | null
  /** Sequence of the event that brought the verdict: an older one does not replace it. */
  verdict_order: ColumnType<string | null, number | null, number | null>
  verdict_by: string | null
  /** SHA-256 of the result that was approved. */
  approved_result: string | null
}
