import type { Generated } from 'kysely'

export interface ReadModelTables {
  read_model_generations: {
    model: string
    generation: number
    state: 'active' | 'building'
    /** Of the store; everything at or below it is in. */
    position: Generated<string>
    /** That went into it. */
    events: Generated<string>
    target: Generated<string>
    started_by: string | null
    started_at: Generated<Date>
  }
  event_counts: {
    generation: number
    tenant_id: string
    /** In UTC, `2026-11-22`. */
    day: string
    topic: string
    events: string
  }
}
