import { voiceTranscriptionStarted } from '@alta/contracts/events/voice-transcription-started.v1'
import type { Database } from '@alta/kit/database/database'
import { type RecognitionRun, recognitionJobs } from '@alta/kit/recognition/recognition-jobs'
import type { RecognitionSchema } from '@alta/kit/recognition/recognition-tables'
import type { KeptWork, Span, SpokenWord } from '../engines/engine.ts'
import type { Request } from './transcribe.ts'

export interface JobRepository {
  /** Begins a run, or takes it up again, and tells so. */
  begin(run: RecognitionRun, request: Request): Promise<void>
  keptWork(run: RecognitionRun): KeptWork
}

/** Parts are pieces, named in whole milliseconds: the same span has to be found again. */
const partOf = ({ start, end }: Span): string => `${Math.round(start * 1000)}-${Math.round(end * 1000)}`

export function jobRepository(database: Database<RecognitionSchema>): JobRepository {
  const jobs = recognitionJobs<SpokenWord[]>(database)
  return {
    begin(run, { voiceSampleId, projectId, version }) {
      const { recognitionId } = run
      return jobs.begin(run, { subjectId: voiceSampleId, projectId, version }, (emit) =>
        emit(voiceTranscriptionStarted, { voiceSampleId, projectId, recognitionId }, { sequence: 1 }),
      )
    },
    keptWork(run) {
      const { part, keepPart, operation, keepOperation } = jobs.kept(run)
      return {
        piece: (span) => part(partOf(span)),
        keepPiece: (span, words) => keepPart(partOf(span), words),
        operation,
        keepOperation,
      }
    },
  }
}
