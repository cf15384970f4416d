import type { Page } from '@alta/contracts/resources/recognition'
import type { ColumnType, Generated } from 'kysely'

export interface OcrSchema {
  jobs: {
    recognition_id: string
    tenant_id: string
    document_id: string
    project_id: string
    version: number
    engine: string
    status: Generated<'running' | 'read' | 'failed'>
    attempts: Generated<number>
    /** Why it failed, as told to the others. */
    code: string | null
    page_count: number | null
    /** Of a long-running operation at a provider, so that a restart resumes polling instead of paying twice. */
    operation_name: string | null
    started_at: Generated<Date>
    finished_at: Date | null
  }
  page_results: {
    recognition_id: string
    tenant_id: string
    page_number: number
    page: ColumnType<Page, string, never>
    read_at: Generated<Date>
  }
}
