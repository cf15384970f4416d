import type { StoredFile } from '@alta/contracts/resources/file'
import type { ReviewKind } from '@alta/contracts/resources/review'
import type { Emit } from '@alta/kit/database/database'
import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Schema } from '../database/schema.ts'
import type { ItemTableName } from './item.repository.ts'
import type { ReadingKey } from './reading.repository.ts'
import type { ItemStatus } from './status.ts'

/**
 * What makes a document a document and a voice sample a voice sample. Everything else about them is the same
 * and written once, in this folder.
 */
export interface Kind<Content extends Read = Read, Part = unknown> {
  readonly name: ReviewKind
  readonly table: ItemTableName
  /** As in a sentence: "There is no such voice sample." */
  readonly noun: string
  /** Member of answers and mails that carries the id. */
  readonly idName: string
  readonly codes: { readonly notFound: string; readonly duplicate: string }
  readonly announce: Announcements
  /** What its engine leaves in storage. */
  readonly result: z.ZodType<Content>
  textOf(content: Content): string
  /** Seconds; null for what has no duration. */
  durationOf(content: Content): number | null
  /** Files in storage that the content names. */
  filesOf(content: Content): string[]
  saveParts(tx: Kysely<Schema>, key: ReadingKey, content: Content): Promise<void>
  /** Pages or segments as the detail shows them. */
  listParts(tx: Kysely<Schema>, recognitionId: string, sha256: string): Promise<Part[]>
}

/** What every engine says about its reading as a whole. */
export interface Read {
  readonly engine: string
  readonly confidence: number
}

/** The item that an event is about; `sequence` is its revision. */
export interface Subject {
  readonly id: string
  readonly projectId: string
  readonly version: number
  readonly sequence: number
}

/** The events about an item, under the names of its kind. */
export interface Announcements {
  uploaded(emit: Emit, item: Subject, data: { title: string; file: StoredFile; uploadedBy: string }): void
  readingRequested(
    emit: Emit,
    item: Subject,
    data: { recognitionId: string; file: StoredFile; languages: string[] },
  ): void
  approved(emit: Emit, item: Subject, data: { by: string | null }): void
  rejected(emit: Emit, item: Subject, data: { by: string; reason: string }): void
  deleted(emit: Emit, item: Subject): void
  restored(
    emit: Emit,
    item: Subject,
    data: { title: string; status: ItemStatus; recognitionId: string; by: string },
  ): void
  purged(emit: Emit, item: Omit<Subject, 'version'>, data: { by: string | null }): void
}
