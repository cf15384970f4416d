import type { Kysely } from 'kysely'
import type { Database, Emit } from '../database/database.ts'
import type { RecognitionSchema } from './recognition-tables.ts'

export interface RecognitionRun {
  readonly tenantId: string
  readonly recognitionId: string
  readonly engine: string
}

/** What earlier attempts at a run have left: nothing is paid for or read twice. */
export interface KeptParts<Part> {
  part(name: string): Promise<Part | undefined>
  keepPart(name: string, part: Part): Promise<void>
  /** Name of a long-running operation that was started and not yet collected. */
  operation(): Promise<string | undefined>
  /** `undefined` forgets it. */
  keepOperation(name: string | undefined): Promise<void>
}

export interface RecognitionJobs<Part> {
  /**
   * Creates the job, or takes it up again after a crash; what another engine has left is forgotten.
   * @param tell emits that reading has begun
   */
  begin(
    run: RecognitionRun,
    about: { subjectId: string; projectId: string; version: number },
    tell: (emit: Emit) => void,
  ): Promise<void>
  kept(run: RecognitionRun): KeptParts<Part>
}

/** @template Part what one page or piece gives, as JSON */
export function recognitionJobs<Part>(database: Database<RecognitionSchema>): RecognitionJobs<Part> {
  return {
    begin: ({ tenantId, recognitionId, engine }, { subjectId, projectId, version }, tell) =>
      database.transaction(tenantId, async ({ tx, emit }) => {
        const { numDeletedRows } = await tx
          .deleteFrom('jobs')
          .where('recognition_id', '=', recognitionId)
          .where('engine', '<>', engine)
          .executeTakeFirst()
        if (numDeletedRows > 0n) await forgetParts(tx, recognitionId)
        await tx
          .insertInto('jobs')
          .values({
            recognition_id: recognitionId,
            tenant_id: tenantId,
            subject_id: subjectId,
            project_id: projectId,
            version,
            engine,
          })
          .onConflict((conflict) =>
            conflict.column('recognition_id').doUpdateSet((row) => ({
              status: 'running',
              attempts: row('jobs.attempts', '+', 1),
            })),
          )
          .execute()
        tell(emit)
      }),

    kept: ({ tenantId, recognitionId }) => ({
      part: (name) =>
        database.read(tenantId, async (tx) => {
          const row = await tx
            .selectFrom('job_parts')
            .select('result')
            .where('recognition_id', '=', recognitionId)
            .where('part', '=', name)
            .executeTakeFirst()
          // Only `keepPart` below writes this column.
          return row?.result as Part | undefined
        }),
      keepPart: (name, part) =>
        database.transaction(tenantId, async ({ tx }) => {
          await tx
            .insertInto('job_parts')
            .values({
              recognition_id: recognitionId,
              tenant_id: tenantId,
              part: name,
              result: JSON.stringify(part),
            })
            // Two workers may have read the same part when a lease ran out; either result will do.
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
      keepOperation: (name) =>
        database.transaction(tenantId, async ({ tx }) => {
          await tx
            .updateTable('jobs')
            .set({ operation_name: name ?? null })
            .where('recognition_id', '=', recognitionId)
            .execute()
        }),
    }),
  }
}

/** Ends the job. Its parts go: the result has them, and nobody asks for them again. */
export async function finishJob(
  tx: Kysely<RecognitionSchema>,
  recognitionId: string,
  end: { kind: 'read' } | { kind: 'failed'; code: string },
): Promise<void> {
  await tx
    .updateTable('jobs')
    .set({
      status: end.kind,
      code: end.kind === 'failed' ? end.code : null,
      operation_name: null,
      finished_at: new Date(),
    })
    .where('recognition_id', '=', recognitionId)
    .execute()
  await forgetParts(tx, recognitionId)
}

async function forgetParts(tx: Kysely<RecognitionSchema>, recognitionId: string): Promise<void> {
  await tx.deleteFrom('job_parts').where('recognition_id', '=', recognitionId).execute()
}
