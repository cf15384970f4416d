import { documentOcrStarted } from '@alta/contracts/events/document-ocr-started.v1'
import type { Page } from '@alta/contracts/resources/recognition'
import type { Database } from '@alta/kit/database/database'
import type { Kysely } from 'kysely'
import type { OcrSchema } from '../database/schema.ts'
import type { KeptWork } from '../engines/engine.ts'
import type { Outcome, Request } from './recognise.ts'

/** One run of one engine over one version of a document. */
export interface JobKey {
  readonly tenantId: string
  readonly recognitionId: string
  readonly engine: string
}

export interface JobRepository {
  /** Creates the job, or takes it up again after a crash, and tells so; what another engine has left is forgotten. */
  begin(job: JobKey, request: Request): Promise<void>
  keptWork(job: JobKey): KeptWork
}

export function jobRepository(database: Database<OcrSchema>): JobRepository {
  return {
    begin: ({ tenantId, recognitionId, engine }, request) =>
      database.transaction(tenantId, async ({ tx, emit }) => {
        const { numDeletedRows } = await tx
          .deleteFrom('jobs')
          .where('recognition_id', '=', recognitionId)
          .where('engine', '<>', engine)
          .executeTakeFirst()
        if (numDeletedRows > 0n) await forgetPages(tx, recognitionId)
        await tx
          .insertInto('jobs')
          .values({
            recognition_id: recognitionId,
            tenant_id: tenantId,
            document_id: request.documentId,
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
        const { documentId, projectId } = request
        emit(documentOcrStarted, { documentId, projectId, recognitionId }, { sequence: 1 })
      }),
    keptWork: (job) => keptWork(database, job),
  }
}

function keptWork(database: Database<OcrSchema>, { tenantId, recognitionId }: JobKey): KeptWork {
  return {
    page: (number) =>
      database.read(tenantId, async (tx) => {
        const row = await tx
          .selectFrom('page_results')
          .select('page')
          .where('recognition_id', '=', recognitionId)
          .where('page_number', '=', number)
          .executeTakeFirst()
        return row?.page
      }),
    keepPage: (page: Page) =>
      database.transaction(tenantId, async ({ tx }) => {
        await tx
          .insertInto('page_results')
          .values({
            recognition_id: recognitionId,
            tenant_id: tenantId,
            page_number: page.number,
            page: JSON.stringify(page),
          })
          // Two workers may have read the same page when a lease ran out; either result will do.
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
  }
}

/** Ends the job. Its pages go: the result has them, and nobody asks for them again. */
export async function finishJob(
  tx: Kysely<OcrSchema>,
  recognitionId: string,
  outcome: Outcome,
): Promise<void> {
  await tx
    .updateTable('jobs')
    .set({
      status: outcome.kind,
      code: outcome.kind === 'failed' ? outcome.code : null,
      page_count: outcome.kind === 'read' ? outcome.pages : null,
      operation_name: null,
      finished_at: new Date(),
    })
    .where('recognition_id', '=', recognitionId)
    .execute()
  await forgetPages(tx, recognitionId)
}

async function forgetPages(tx: Kysely<OcrSchema>, recognitionId: string): Promise<void> {
  await tx.deleteFrom('page_results').where('recognition_id', '=', recognitionId).execute()
}
