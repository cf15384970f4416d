import type { EventContract } from '@alta/contracts/event'
import type { documentDeleted } from '@alta/contracts/events/document-deleted.v1'
import type { voiceDeleted } from '@alta/contracts/events/voice-deleted.v1'
import type { Handler } from '@alta/kit/events/handlers'
import type { ReviewsSchema } from '../database/schema.ts'
import { closeItemsOfSubject } from './review.repository.ts'
import { deleteSubject } from './subject.repository.ts'

type On<Contract> = Contract extends EventContract<infer Data> ? Handler<Data, ReviewsSchema> : never

export const closeDocumentReviews: On<typeof documentDeleted> = async (data, { tx, message }) => {
  const { documentId: subjectId, projectId } = data
  await deleteSubject(
    tx,
    { tenantId: message.tenantId, projectId, kind: 'document', subjectId },
    message.time,
  )
  await closeItemsOfSubject(tx, subjectId, message.time)
}

export const closeVoiceReviews: On<typeof voiceDeleted> = async (data, { tx, message }) => {
  const { voiceSampleId: subjectId, projectId } = data
  await deleteSubject(tx, { tenantId: message.tenantId, projectId, kind: 'voice', subjectId }, message.time)
  await closeItemsOfSubject(tx, subjectId, message.time)
}
