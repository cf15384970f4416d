import type { Emit } from '../database/database.ts'
import type { WorkDefinition, WorkScope } from '../events/handlers.ts'
import { RecognitionFailure } from './recognition-failure.ts'
import { finishJob } from './recognition-jobs.ts'
import { confidences } from './recognition-metrics.ts'
import type { RecognitionSchema } from './recognition-tables.ts'

export interface FailedRecognition {
  kind: 'failed'
  code: string
  detail: string
  temporary: boolean
}

/** What came of a run. A failure is a result too: the file itself is the reason. */
export type Outcome<Read> = ({ kind: 'read' } & Read) | FailedRecognition

/**
 * The handler of a service that reads things: runs the engine, ends the job, and tells what came of it in the
 * same transaction.
 * @param definition.timeLimit milliseconds for one attempt; the next one goes on where it ended
 * @param definition.read throws {@link RecognitionFailure} for what is a result, anything else for another attempt
 * @param definition.subject what is read, for people: `document`, `recording`
 */
export function recognitionWork<
  Request extends { recognitionId: string },
  Read extends { confidence: number },
>(definition: {
  timeLimit: number
  subject: string
  read(request: Request, scope: WorkScope): Promise<Read>
  tell(emit: Emit, request: Request, outcome: Outcome<Read>): void
}): WorkDefinition<Request, Outcome<Read>, RecognitionSchema> {
  const { timeLimit, subject, read, tell } = definition
  return {
    timeLimit,
    run: (request, scope) =>
      read(request, scope).then(
        (found) => {
          confidences.observe(found.confidence)
          return { kind: 'read' as const, ...found }
        },
        (error: unknown) => {
          if (!(error instanceof RecognitionFailure)) throw error
          const { code, message: detail, temporary } = error
          return { kind: 'failed' as const, code, detail, temporary }
        },
      ),
    commit: async (outcome, { data, tx, emit }) => {
      await finishJob(tx, data.recognitionId, outcome)
      tell(emit, data, outcome)
    },
    exhausted: async (failure, { data, tx, emit }) => {
      // What went wrong inside is for the operators, who find it with the dead letter.
      const detail = `The ${subject} could not be read after several attempts (${failure.errorClass}).`
      const outcome = { kind: 'failed' as const, code: 'engine_failed', detail, temporary: true }
      await finishJob(tx, data.recognitionId, outcome)
      tell(emit, data, outcome)
    },
  }
}
