import type { Generated } from 'kysely'

/** `retired`: nobody reads it any more, its rows are being deleted. */
export type GenerationState = 'active' | 'building' | 'retired'

export interface GenerationTables {
  read_model_generations: {
    tenant_id: string
    generation: number
    state: GenerationState
    asked: Generated<boolean>
    replay_id: string | null
    started_by: string | null
    started_at: Generated<Date>
  }
}
