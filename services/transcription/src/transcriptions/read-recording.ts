import { voiceTranscriptionCompleted } from '@alta/contracts/events/voice-transcription-completed.v1'
import { voiceTranscriptionFailed } from '@alta/contracts/events/voice-transcription-failed.v1'
import type { Emit } from '@alta/kit/database/database'
import type { WorkDefinition } from '@alta/kit/events/handlers'
import type { TranscriptionSchema } from '../database/schema.ts'
import { finishJob } from './job.repository.ts'
import { type Outcome, type Request, type TranscriptionParts, transcribe } from './transcribe.ts'

/**
 * Handles voice.transcription-requested.v1: reads the recording, then tells what came of it.
 * @param timeLimit milliseconds for one attempt; the next one goes on where it ended
 */
export function readRecording(
  parts: TranscriptionParts & { timeLimit: number },
): WorkDefinition<Request, Outcome, TranscriptionSchema> {
  return {
    timeLimit: parts.timeLimit,
    run: (request, scope) => transcribe(parts, request, scope),
    commit: async (outcome, { data, tx, emit }) => {
      await finishJob(tx, data.recognitionId, outcome)
      tell(emit, data, outcome)
    },
    exhausted: async (failure, { data, tx, emit }) => {
      // What went wrong inside is for the operators, who find it with the dead letter.
      const detail = `The recording could not be read after several attempts (${failure.errorClass}).`
      const outcome: Outcome = { kind: 'failed', code: 'engine_failed', detail, temporary: true }
      await finishJob(tx, data.recognitionId, outcome)
      tell(emit, data, outcome)
    },
  }
}

function tell(emit: Emit, request: Request, outcome: Outcome): void {
  const { voiceSampleId, projectId, recognitionId, version } = request
  const about = { voiceSampleId, projectId, recognitionId, version }
  if (outcome.kind === 'read') {
    const { engine, confidence, duration, result } = outcome
    emit(voiceTranscriptionCompleted, { ...about, engine, confidence, duration, result })
  } else {
    const { code, detail, temporary } = outcome
    emit(voiceTranscriptionFailed, { ...about, code, detail, temporary })
  }
}
