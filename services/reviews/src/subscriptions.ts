import { documentDeleted } from '@alta/contracts/events/document-deleted.v1'
import { documentOcrCompleted } from '@alta/contracts/events/document-ocr-completed.v1'
import { documentPurged } from '@alta/contracts/events/document-purged.v1'
import { documentRestored } from '@alta/contracts/events/document-restored.v1'
import { projectCreated } from '@alta/contracts/events/project-created.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import { projectMemberRemoved } from '@alta/contracts/events/project-member-removed.v1'
import { projectUpdated } from '@alta/contracts/events/project-updated.v1'
import { voiceDeleted } from '@alta/contracts/events/voice-deleted.v1'
import { voicePurged } from '@alta/contracts/events/voice-purged.v1'
import { voiceRestored } from '@alta/contracts/events/voice-restored.v1'
import { voiceTranscriptionCompleted } from '@alta/contracts/events/voice-transcription-completed.v1'
import { on, work } from '@alta/kit/events/handlers'
import type { FileStorage } from '@alta/kit/storage/storage'
import {
  closeProject,
  recordMember,
  recordPolicy,
  recordProject,
  removeMember,
} from './projects/follow-projects.ts'
import { closeReviews, purgeReviews, reopenReview } from './reviews/follow-subjects.ts'
import { openDocumentReview, openVoiceReview } from './reviews/open-review.ts'

/** The whole inbox. */
export const subscriptions = (files: FileStorage) => [
  on(projectCreated, recordProject), //                          project.created.v1
  on(projectUpdated, recordPolicy), //                           project.updated.v1
  on(projectDeleted, closeProject), //                           project.deleted.v1
  on(projectMemberAdded, recordMember), //                       project.member-added.v1
  on(projectMemberRemoved, removeMember), //                     project.member-removed.v1
  work(documentOcrCompleted, openDocumentReview(files)), //      document.ocr-completed.v1
  work(voiceTranscriptionCompleted, openVoiceReview(files)), //  voice.transcription-completed.v1
  on(documentDeleted, closeReviews('document')), //              document.deleted.v1
  on(documentRestored, reopenReview('document')), //             document.restored.v1
  on(documentPurged, purgeReviews('document')), //               document.purged.v1
  on(voiceDeleted, closeReviews('voice')), //                    voice.deleted.v1
  on(voiceRestored, reopenReview('voice')), //                   voice.restored.v1
  on(voicePurged, purgeReviews('voice')), //                     voice.purged.v1
]
