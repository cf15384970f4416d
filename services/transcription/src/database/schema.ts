import type { ColumnType, Generated } from 'kysely'
import type { SpokenWord } from '../engines/engine.ts'

export interface TranscriptionSchema {
  jobs: {
    recognition_id: string
    tenant_id: string
    voice_sample_id: string
    project_id: string
    version: number
    engine: string
    status: ColumnType<'running' | 'read' | 'failed', 'running' | undefined>
    /** Why it failed, as the item shows it. */
    code: string | null
    /** Times it was begun. */
    attempts: Generated<number>
    duration_seconds: number | null
    /** Long-running operation at Google that has not been collected yet. */
    operation_name: string | null
    started_at: Generated<Date>
    finished_at: Date | null
  }
  /** What of a running job is finished. */
  pieces: {
    recognition_id: string
    tenant_id: string
    start_milliseconds: number
    end_milliseconds: number
    words: ColumnType<SpokenWord[], string, never>
    created_at: Generated<Date>
  }
}
