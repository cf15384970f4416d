import { voiceTranscriptionStarted } from '@alta/contracts/events/voice-transcription-started.v1'
import type { Database } from '@alta/kit/database/database'
import type { Kysely } from 'kysely'
import type { TranscriptionSchema } from '../database/schema.ts'
import type { KeptWork, Span, SpokenWord } from '../engines/engine.ts'
import type { Outcome, Request } from './transcribe.ts'

/** One run of one engine over one recording. */
export interface JobKey {
  readonly tenantId: string
  readonly recognitionId: string
  readonly engine: string
}

export interface JobRepository {
  /** Creates the job, or takes it up again after a crash, and tells so. */
  begin(job: JobKey, request: Request): Promise<void>
  keptWork(job: JobKey): KeptWork
}

/** Times are kept in whole milliseconds: the same span has to be found again. */
const milliseconds = (seconds: number): number => Math.round(seconds * 1000)

export function jobRepository(database: Database<TranscriptionSchema>): JobRepository {
  return {
    begin: ({ tenantId, recognitionId, engine }, request) =>
      database.transaction(tenantId, async ({ tx, emit }) => {
        const { numDeletedRows } = await tx
          .deleteFrom('jobs')
          .where('recognition_id', '=', recognitionId)
          .where('engine', '<>', engine)
          .executeTakeFirst()
        if (numDeletedRows > 0n) await forgetPieces(tx, recognitionId)
        await tx
          .insertInto('jobs')
          .values({
            recognition_id: recognitionId,
            tenant_id: tenantId,
            voice_sample_id: request.voiceSampleId,
            project_id: request.projectId,
            version: request.version,
            engine,
          })
          .onConflict((conflict) =>
            conflict.column('recognition_id').doUpdateSet((row) => ({
              status: 'running',
              attempts: row('jobs.attempts', '+', 1),
            })),
          )
          .execute()
        const { voiceSampleId, projectId } = request
        emit(voiceTranscriptionStarted, { voiceSampleId, projectId, recognitionId }, { sequence: 1 })
      }),
    keptWork: (job) => keptWork(database, job),
  }
}

function keptWork(database: Database<TranscriptionSchema>, { tenantId, recognitionId }: JobKey): KeptWork {
  return {
    piece: ({ start, end }: Span) =>
      database.read(tenantId, async (tx) => {
        const row = await tx
          .selectFrom('pieces')
          .select('words')
          .where('recognition_id', '=', recognitionId)
          .where('start_milliseconds', '=', milliseconds(start))
          .where('end_milliseconds', '=', milliseconds(end))
          .executeTakeFirst()
        return row?.words
      }),
    keepPiece: ({ start, end }: Span, words: SpokenWord[]) =>
      database.transaction(tenantId, async ({ tx }) => {
        await tx
          .insertInto('pieces')
          .values({
            recognition_id: recognitionId,
            tenant_id: tenantId,
            start_milliseconds: milliseconds(start),
            end_milliseconds: milliseconds(end),
            words: JSON.stringify(words),
          })
          // Two workers may have read the same piece when a lease ran out; either result will do.
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      }),
    operation: () =>
      database.read(tenantId, async (tx) => {
        const row = await tx
          .selectFrom('jobs')
          .select('operation_name')
          .where('recognition_id', '=', recognitionId)
          .executeTakeFirst()
        return row?.operation_name ?? undefined
      }),
    keepOperation: (name: string | undefined) =>
      database.transaction(tenantId, async ({ tx }) => {
        await tx
          .updateTable('jobs')
          .set({ operation_name: name ?? null })
          .where('recognition_id', '=', recognitionId)
          .execute()
      }),
  }
}

/** Ends the job. The words of its pieces go: the transcript has them, and nobody asks for them again. */
export async function finishJob(
  tx: Kysely<TranscriptionSchema>,
  recognitionId: string,
  outcome: Outcome,
): Promise<void> {
  await tx
    .updateTable('jobs')
    .set({
      status: outcome.kind,
      code: outcome.kind === 'failed' ? outcome.code : null,
      duration_seconds: outcome.kind === 'read' ? outcome.duration : null,
      operation_name: null,
      finished_at: new Date(),
    })
    .where('recognition_id', '=', recognitionId)
    .execute()
  await forgetPieces(tx, recognitionId)
}

async function forgetPieces(tx: Kysely<TranscriptionSchema>, recognitionId: string): Promise<void> {
  await tx.deleteFrom('pieces').where('recognition_id', '=', recognitionId).execute()
}
