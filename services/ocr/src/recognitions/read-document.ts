import { documentOcrCompleted } from '@alta/contracts/events/document-ocr-completed.v1'
import { documentOcrFailed } from '@alta/contracts/events/document-ocr-failed.v1'
import type { Emit } from '@alta/kit/database/database'
import type { WorkDefinition } from '@alta/kit/events/handlers'
import type { OcrSchema } from '../database/schema.ts'
import { finishJob } from './job.repository.ts'
import { type OcrParts, type Outcome, type Request, recognise } from './recognise.ts'

/**
 * Handles document.ocr-requested.v1: reads the document, then tells what came of it.
 * @param timeLimit milliseconds for one attempt; the next one goes on where it ended
 */
export function readDocument(
  parts: OcrParts & { timeLimit: number },
): WorkDefinition<Request, Outcome, OcrSchema> {
  return {
    timeLimit: parts.timeLimit,
    run: (request, scope) => recognise(parts, request, scope),
    commit: async (outcome, { data, tx, emit }) => {
      await finishJob(tx, data.recognitionId, outcome)
      tell(emit, data, outcome)
    },
    exhausted: async (failure, { data, tx, emit }) => {
      // What went wrong inside is for the operators, who find it with the dead letter.
      const detail = `The document could not be read after several attempts (${failure.errorClass}).`
      const outcome: Outcome = { kind: 'failed', code: 'engine_failed', detail, temporary: true }
      await finishJob(tx, data.recognitionId, outcome)
      tell(emit, data, outcome)
    },
  }
}

function tell(emit: Emit, request: Request, outcome: Outcome): void {
  const { documentId, projectId, recognitionId, version } = request
  const about = { documentId, projectId, recognitionId, version }
  if (outcome.kind === 'read') {
    const { engine, confidence, pages, result } = outcome
    emit(documentOcrCompleted, { ...about, engine, confidence, pages, result })
  } else {
    const { code, detail, temporary } = outcome
    emit(documentOcrFailed, { ...about, code, detail, temporary })
  }
}
