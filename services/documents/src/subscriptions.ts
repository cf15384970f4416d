import { documentOcrCompleted } from '@alta/contracts/events/document-ocr-completed.v1'
import { documentOcrFailed } from '@alta/contracts/events/document-ocr-failed.v1'
import { documentOcrStarted } from '@alta/contracts/events/document-ocr-started.v1'
import { reviewApproved } from '@alta/contracts/events/review-approved.v1'
import { reviewFailed } from '@alta/contracts/events/review-failed.v1'
import { reviewOpened } from '@alta/contracts/events/review-opened.v1'
import { reviewRejected } from '@alta/contracts/events/review-rejected.v1'
import { reviewSentBack } from '@alta/contracts/events/review-sent-back.v1'
import { reviewUndone } from '@alta/contracts/events/review-undone.v1'
import { taskStepRequested } from '@alta/contracts/events/task-step-requested.v1'
import { voiceTranscriptionCompleted } from '@alta/contracts/events/voice-transcription-completed.v1'
import { voiceTranscriptionFailed } from '@alta/contracts/events/voice-transcription-failed.v1'
import { voiceTranscriptionStarted } from '@alta/contracts/events/voice-transcription-started.v1'
import { on, type Subscription, work } from '@alta/kit/events/handlers'
import type { FileStorage } from '@alta/kit/storage/storage'
import { takeSteps } from '@alta/kit/tasks/take-steps'
import { documentKind } from './documents/document.kind.ts'
import { recordFailure, recordReading, recordStart } from './intake/record-reading.ts'
import {
  recordApproved,
  recordInReview,
  recordRejected,
  recordReviewFailed,
} from './intake/record-verdict.ts'
import { tasks } from './tasks.ts'
import { voiceSampleKind } from './voice-samples/voice-sample.kind.ts'

const kinds = { document: documentKind, voice: voiceSampleKind }

/** The whole inbox. Nothing is assumed about the order of events: see intake/status.ts. */
export const subscriptions = (files: FileStorage): Subscription[] => [
  on(documentOcrStarted, recordStart(documentKind)), // document.ocr-started.v1
  work(documentOcrCompleted, recordReading(documentKind, files)), // document.ocr-completed.v1
  on(documentOcrFailed, recordFailure(documentKind)), // document.ocr-failed.v1

  on(voiceTranscriptionStarted, recordStart(voiceSampleKind)), // voice.transcription-started.v1
  work(voiceTranscriptionCompleted, recordReading(voiceSampleKind, files)), // voice.transcription-completed.v1
  on(voiceTranscriptionFailed, recordFailure(voiceSampleKind)), // voice.transcription-failed.v1

  on(taskStepRequested, takeSteps(tasks), { alone: true }), // task.step-requested.v1

  on(reviewOpened, recordInReview(kinds, 'sent_to_review')), // review.opened.v1
  on(reviewSentBack, recordInReview(kinds, 'sent_back')), // review.sent-back.v1
  on(reviewUndone, recordInReview(kinds, 'verdict_undone')), // review.undone.v1
  on(reviewRejected, recordRejected(kinds)), // review.rejected.v1
  work(reviewApproved, recordApproved(kinds, files)), // review.approved.v1
  on(reviewFailed, recordReviewFailed(kinds)), // review.failed.v1
]
