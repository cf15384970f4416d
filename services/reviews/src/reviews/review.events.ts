import type { StoredFile } from '@alta/contracts/resources/file'
import type { StoredReading } from '../readings/stored-reading.ts'
import type { Review } from './review.repository.ts'

/** What every event about an item says of it. */
export const factsOf = (review: Review) => ({
  reviewId: review.id,
  kind: review.kind,
  subjectId: review.subjectId,
  projectId: review.projectId,
  recognitionId: review.recognitionId,
})

/** The trace of the upload goes on through the people who decide on what was read. */
export const carryingOn = (review: Review, version: number) => ({
  sequence: version,
  continues: review.traceparent ?? undefined,
})

export const resultFile = (reading: StoredReading): StoredFile => ({
  sha256: reading.sha256,
  size: reading.size,
  mediaType: 'application/json',
})
