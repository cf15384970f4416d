import { documentApproved } from '@alta/contracts/events/document-approved.v1'
import { documentDeleted } from '@alta/contracts/events/document-deleted.v1'
import { documentOcrRequested } from '@alta/contracts/events/document-ocr-requested.v1'
import { documentPurged } from '@alta/contracts/events/document-purged.v1'
import { documentRejected } from '@alta/contracts/events/document-rejected.v1'
import { documentRestored } from '@alta/contracts/events/document-restored.v1'
import { documentUploaded } from '@alta/contracts/events/document-uploaded.v1'
import type { Announcements } from '../intake/kind.ts'

export const documentEvents: Announcements = {
  uploaded: (emit, { id: documentId, projectId, version, sequence }, data) =>
    emit(documentUploaded, { documentId, projectId, version, ...data }, { sequence }),
  readingRequested: (emit, { id: documentId, projectId, version, sequence }, data) =>
    emit(documentOcrRequested, { documentId, projectId, version, ...data }, { sequence }),
  approved: (emit, { id: documentId, projectId, version, sequence }, data) =>
    emit(documentApproved, { documentId, projectId, version, ...data }, { sequence }),
  rejected: (emit, { id: documentId, projectId, version, sequence }, data) =>
    emit(documentRejected, { documentId, projectId, version, ...data }, { sequence }),
  deleted: (emit, { id: documentId, projectId, sequence }) =>
    emit(documentDeleted, { documentId, projectId }, { sequence }),
  restored: (emit, { id: documentId, projectId, version, sequence }, data) =>
    emit(documentRestored, { documentId, projectId, version, ...data }, { sequence }),
  purged: (emit, { id: documentId, projectId, sequence }, data) =>
    emit(documentPurged, { documentId, projectId, ...data }, { sequence }),
}
