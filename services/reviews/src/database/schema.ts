import type { ProjectRole } from '@alta/contracts/resources/project'
import type { Correction, ReviewKind } from '@alta/contracts/resources/review'
import type { Generated, JSONColumnType } from 'kysely'
import type { Status, Verdict } from '../reviews/review.machine.ts'

/** Read model of `documents`' projects. `sequence` is the version of the project that the row shows. */
export interface ProjectsTable {
  project_id: string
  tenant_id: string
  minimum_confidence: number
  minimum_word_confidence: number
  second_reviewer: boolean
  sequence: number
  deleted_at: Date | null
}

/** Read model of who belongs to which project; a person who left stays as a row, so that late news is recognised. */
export interface MembersTable {
  project_id: string
  user_id: string
  tenant_id: string
  role: ProjectRole
  sequence: number
  removed_at: Date | null
}

/** The newest reading of every document and recording that we have heard of. */
export interface SubjectsTable {
  subject_id: string
  tenant_id: string
  project_id: string
  kind: ReviewKind
  /** 0 and null until something was read. */
  version: number
  recognition_id: string | null
  deleted_at: Date | null
  /** Revision of the subject that `deleted_at` is of. */
  sequence: Generated<number>
  /** Since when it is gone for good: nothing about it comes back, whatever is heard of it later. */
  purged_at: Generated<Date | null>
}

export interface ReviewItemsTable {
  id: string
  tenant_id: string
  project_id: string
  kind: ReviewKind
  subject_id: string
  recognition_id: string
  confidence: number
  /** What the queue is ordered by: see `Sureness`. */
  certainty: number
  status: Status
  round: Generated<number>
  version: Generated<number>
  current_sha256: string
  /** Bytes. */
  current_size: number
  claimed_by: string | null
  claim_expires_at: Date | null
  /** Of the event that opened the item: decisions carry that trace on. */
  traceparent: string | null
  created_at: Date
  updated_at: Date
}

/** Append-only: a trigger refuses changes, but for the end of what was purged. */
export interface VerdictsTable {
  id: string
  tenant_id: string
  item_id: string
  /** Version of the item that the verdict made: their order. */
  item_version: number
  round: number
  verdict: Verdict['verdict']
  decided_by: string
  decided_at: Date
  reason: string | null
  before_sha256: string
  before_size: number
  before_text: string
  after_sha256: string
  after_size: number
  after_text: string
  corrections: JSONColumnType<Correction[]>
  agreed: boolean | null
  /** Share of words; null also of what was decided before it was kept. */
  agreement: number | null
  undoes: string | null
}

/** Who has an item open, as long as they say so. */
export interface PresencesTable {
  item_id: string
  user_id: string
  tenant_id: string
  seen_at: Date
}

export interface ReviewsSchema {
  projects: ProjectsTable
  members: MembersTable
  subjects: SubjectsTable
  review_items: ReviewItemsTable
  verdicts: VerdictsTable
  presences: PresencesTable
}
