import { voiceTranscriptionCompleted } from '@alta/contracts/events/voice-transcription-completed.v1'
import { voiceTranscriptionFailed } from '@alta/contracts/events/voice-transcription-failed.v1'
import { recognitionWork } from '@alta/kit/recognition/recognition-work'
import { type Request, type TranscriptionParts, transcribe } from './transcribe.ts'

/** Handles voice.transcription-requested.v1: reads the recording, then tells what came of it. */
export const readRecording = (parts: TranscriptionParts & { timeLimit: number }) =>
  recognitionWork({
    timeLimit: parts.timeLimit,
    subject: 'recording',
    read: (request: Request, scope) => transcribe(parts, request, scope),
    tell(emit, { voiceSampleId, projectId, recognitionId, version }, outcome) {
      const about = { voiceSampleId, projectId, recognitionId, version }
      if (outcome.kind === 'read') {
        const { engine, confidence, duration, result } = outcome
        emit(voiceTranscriptionCompleted, { ...about, engine, confidence, duration, result })
      } else {
        const { code, detail, temporary } = outcome
        emit(voiceTranscriptionFailed, { ...about, code, detail, temporary })
      }
    },
  })
