import { accountMailSendRequested } from '@alta/contracts/events/account-mail-send-requested.v1'
import { documentApproved } from '@alta/contracts/events/document-approved.v1'
import { documentDeleted } from '@alta/contracts/events/document-deleted.v1'
import { documentOcrCompleted } from '@alta/contracts/events/document-ocr-completed.v1'
import { documentOcrFailed } from '@alta/contracts/events/document-ocr-failed.v1'
import { documentOcrStarted } from '@alta/contracts/events/document-ocr-started.v1'
import { documentPurged } from '@alta/contracts/events/document-purged.v1'
import { documentRejected } from '@alta/contracts/events/document-rejected.v1'
import { documentRestored } from '@alta/contracts/events/document-restored.v1'
import { documentUploaded } from '@alta/contracts/events/document-uploaded.v1'
import { emailSendRequested } from '@alta/contracts/events/email-send-requested.v1'
import { projectCreated } from '@alta/contracts/events/project-created.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import { projectMemberRemoved } from '@alta/contracts/events/project-member-removed.v1'
import { projectUpdated } from '@alta/contracts/events/project-updated.v1'
import { reviewApproved } from '@alta/contracts/events/review-approved.v1'
import { reviewClaimed } from '@alta/contracts/events/review-claimed.v1'
import { reviewFailed } from '@alta/contracts/events/review-failed.v1'
import { reviewOpened } from '@alta/contracts/events/review-opened.v1'
import { reviewRejected } from '@alta/contracts/events/review-rejected.v1'
import { reviewReleased } from '@alta/contracts/events/review-released.v1'
import { reviewSentBack } from '@alta/contracts/events/review-sent-back.v1'
import { reviewUndone } from '@alta/contracts/events/review-undone.v1'
import { taskChanged } from '@alta/contracts/events/task-changed.v1'
import { userEmailChanged } from '@alta/contracts/events/user-email-changed.v1'
import { userRegistered } from '@alta/contracts/events/user-registered.v1'
import { voiceApproved } from '@alta/contracts/events/voice-approved.v1'
import { voiceDeleted } from '@alta/contracts/events/voice-deleted.v1'
import { voicePurged } from '@alta/contracts/events/voice-purged.v1'
import { voiceRejected } from '@alta/contracts/events/voice-rejected.v1'
import { voiceRestored } from '@alta/contracts/events/voice-restored.v1'
import { voiceTranscriptionCompleted } from '@alta/contracts/events/voice-transcription-completed.v1'
import { voiceTranscriptionFailed } from '@alta/contracts/events/voice-transcription-failed.v1'
import { voiceTranscriptionStarted } from '@alta/contracts/events/voice-transcription-started.v1'
import { voiceUploaded } from '@alta/contracts/events/voice-uploaded.v1'
import { on, work } from '@alta/kit/events/handlers'
import { recordContact } from './contacts/record-contact.ts'
import type { TellChanges } from './live/tell-changes.ts'
import { type SendParts, sendMessage } from './messages/send-message.ts'

// The whole inbox.
export const subscriptions = (parts: SendParts, tell: TellChanges) => [
  on(userRegistered, recordContact), // user.registered.v1
  on(userEmailChanged, recordContact), // user.email-changed.v1
  work(emailSendRequested, sendMessage(parts)), // email.send-requested.v1
  work(accountMailSendRequested, sendMessage(parts)), // account-mail.send-requested.v1

  on(projectCreated, tell.projectCreated), // project.created.v1
  on(projectMemberAdded, tell.memberAdded), // project.member-added.v1
  on(projectMemberRemoved, tell.memberRemoved), // project.member-removed.v1
  on(projectDeleted, tell.projectDeleted), // project.deleted.v1
  on(projectUpdated, tell.item), // project.updated.v1
  on(documentApproved, tell.item), // document.approved.v1
  on(documentDeleted, tell.item), // document.deleted.v1
  on(documentOcrCompleted, tell.item), // document.ocr-completed.v1
  on(documentOcrFailed, tell.item), // document.ocr-failed.v1
  on(documentOcrStarted, tell.item), // document.ocr-started.v1
  on(documentPurged, tell.item), // document.purged.v1
  on(documentRejected, tell.item), // document.rejected.v1
  on(documentRestored, tell.item), // document.restored.v1
  on(documentUploaded, tell.item), // document.uploaded.v1
  on(voiceApproved, tell.item), // voice.approved.v1
  on(voiceDeleted, tell.item), // voice.deleted.v1
  on(voicePurged, tell.item), // voice.purged.v1
  on(voiceRejected, tell.item), // voice.rejected.v1
  on(voiceRestored, tell.item), // voice.restored.v1
  on(voiceTranscriptionCompleted, tell.item), // voice.transcription-completed.v1
  on(voiceTranscriptionFailed, tell.item), // voice.transcription-failed.v1
  on(voiceTranscriptionStarted, tell.item), // voice.transcription-started.v1
  on(voiceUploaded, tell.item), // voice.uploaded.v1
  on(reviewApproved, tell.review), // review.approved.v1
  on(reviewClaimed, tell.review), // review.claimed.v1
  on(reviewOpened, tell.review), // review.opened.v1
  on(reviewRejected, tell.review), // review.rejected.v1
  on(reviewReleased, tell.review), // review.released.v1
  on(reviewSentBack, tell.review), // review.sent-back.v1
  on(reviewUndone, tell.review), // review.undone.v1
  on(reviewFailed, tell.reviewFailed), // review.failed.v1
  on(taskChanged, tell.task), // task.changed.v1
]
