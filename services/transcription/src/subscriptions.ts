import { voiceTranscriptionRequested } from '@alta/contracts/events/voice-transcription-requested.v1'
import { work } from '@alta/kit/events/handlers'
import { readRecording } from './transcriptions/read-recording.ts'
import type { TranscriptionParts } from './transcriptions/transcribe.ts'

// The whole inbox.
export const subscriptions = (parts: TranscriptionParts & { timeLimit: number }) => [
  work(voiceTranscriptionRequested, readRecording(parts)), // voice.transcription-requested.v1
]
