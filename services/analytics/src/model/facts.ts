import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { EventContract } from '@alta/contracts/event'
import { documentDeleted } from '@alta/contracts/events/document-deleted.v1'
import { documentOcrCompleted } from '@alta/contracts/events/document-ocr-completed.v1'
import { documentOcrFailed } from '@alta/contracts/events/document-ocr-failed.v1'
import { documentOcrRequested } from '@alta/contracts/events/document-ocr-requested.v1'
import { documentOcrStarted } from '@alta/contracts/events/document-ocr-started.v1'
import { documentUploaded } from '@alta/contracts/events/document-uploaded.v1'
import { emailFailed } from '@alta/contracts/events/email-failed.v1'
import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { reviewApproved } from '@alta/contracts/events/review-approved.v1'
import { reviewClaimed } from '@alta/contracts/events/review-claimed.v1'
import { reviewFailed } from '@alta/contracts/events/review-failed.v1'
import { reviewOpened } from '@alta/contracts/events/review-opened.v1'
import { reviewPassed } from '@alta/contracts/events/review-passed.v1'
import { reviewRejected } from '@alta/contracts/events/review-rejected.v1'
import { reviewSentBack } from '@alta/contracts/events/review-sent-back.v1'
import { reviewUndone } from '@alta/contracts/events/review-undone.v1'
import { voiceDeleted } from '@alta/contracts/events/voice-deleted.v1'
import { voiceTranscriptionCompleted } from '@alta/contracts/events/voice-transcription-completed.v1'
import { voiceTranscriptionFailed } from '@alta/contracts/events/voice-transcription-failed.v1'
import { voiceTranscriptionRequested } from '@alta/contracts/events/voice-transcription-requested.v1'
import { voiceTranscriptionStarted } from '@alta/contracts/events/voice-transcription-started.v1'
import { voiceUploaded } from '@alta/contracts/events/voice-uploaded.v1'
import type { Fact } from './fact.tables.ts'
import { type About, deletion, failure, id, reading, review, upload, verdict } from './sayings.ts'

type Saying = readonly [topic: string, say: (event: CloudEvent) => readonly Fact[]]

const when = <Data>(
  contract: EventContract<Data>,
  say: (data: Data, about: About) => readonly Fact[],
): Saying => [
  contract.topic,
  // The inbox has checked it by this contract.
  (event) => say(event.data as Data, { event, at: new Date(event.time).toISOString() }),
]

/** What each event says, on one screen. What is not here counts for nothing. */
const sayings = new Map<string, Saying[1]>([
  when(documentUploaded, ({ documentId, ...said }, about) => upload('document', documentId, said, about)),
  when(voiceUploaded, ({ voiceSampleId, ...said }, about) => upload('voice', voiceSampleId, said, about)),
  when(documentOcrRequested, ({ documentId, ...said }, { at }) =>
    reading('document', documentId, said, { asked_at: at }),
  ),
  when(voiceTranscriptionRequested, ({ voiceSampleId, ...said }, { at }) =>
    reading('voice', voiceSampleId, said, { asked_at: at }),
  ),
  when(documentOcrStarted, ({ documentId, ...said }, { at }) =>
    reading('document', documentId, said, { started_at: at }),
  ),
  when(voiceTranscriptionStarted, ({ voiceSampleId, ...said }, { at }) =>
    reading('voice', voiceSampleId, said, { started_at: at }),
  ),
  when(documentOcrCompleted, ({ documentId, engine, confidence, pages, ...said }, { at }) =>
    reading('document', documentId, said, { read_at: at, engine, confidence, pages }),
  ),
  when(voiceTranscriptionCompleted, ({ voiceSampleId, engine, confidence, duration, ...said }, { at }) =>
    reading('voice', voiceSampleId, said, { read_at: at, engine, confidence, seconds: duration }),
  ),
  when(documentOcrFailed, ({ documentId, ...said }, about) =>
    failure('reading', said.code, { subjectId: documentId, ...said }, about),
  ),
  when(voiceTranscriptionFailed, ({ voiceSampleId, ...said }, about) =>
    failure('reading', said.code, { subjectId: voiceSampleId, ...said }, about),
  ),
  when(reviewOpened, (said, { at }) => review(said, { opened_at: at })),
  when(reviewClaimed, (said, { at }) => review(said, { claimed_at: at })),
  when(reviewPassed, (said, about) => verdict('passed', said, about)),
  when(reviewApproved, (said, about) => verdict('approved', said, about)),
  when(reviewRejected, (said, about) => verdict('rejected', said, about)),
  when(reviewSentBack, (said, about) => verdict('sent-back', said, about)),
  // Without `undoes` it cannot be said which one: it came before that was told.
  when(reviewUndone, ({ undoes, by, recognitionId }, { at }) =>
    undoes === undefined
      ? []
      : [
          {
            table: 'verdicts',
            row: { recognition_id: id(recognitionId), sequence: undoes, undone_at: at, undone_by: id(by) },
          },
        ],
  ),
  when(reviewFailed, (said, about) => failure('review', said.code, said, about)),
  when(emailFailed, ({ detail }, about) => failure('mail', causeOfMail(detail), {}, about)),
  when(messageFailed, ({ app, errorClass }, about) => failure('handling', errorClass, { app }, about)),
  when(documentDeleted, ({ documentId }, { at }) => deletion(documentId, at)),
  when(voiceDeleted, ({ voiceSampleId }, { at }) => deletion(voiceSampleId, at)),
])

/** A mail server's answer begins with its code; what follows is about one mail. */
const causeOfMail = (detail: string): string => `smtp_${/^[45]\d\d(?=[ -])/.exec(detail)?.[0] ?? 'failed'}`

/** Topics of the events that facts come from. */
export const countedTopics: readonly string[] = [...sayings.keys()]

export const factsOf = (event: CloudEvent): readonly Fact[] => sayings.get(event.topic)?.(event) ?? []
