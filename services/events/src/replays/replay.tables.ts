import type { Generated } from 'kysely'

export const replayEffects = ['muted', 'live'] as const
export type ReplayEffects = (typeof replayEffects)[number]

/**
 * `sending` puts copies into the outbox, `paused` does not for now, `waiting` has sent all and waits for what becomes
 * of them. `completed` and `stopped` are ends.
 */
export const replayStates = ['sending', 'paused', 'waiting', 'completed', 'stopped'] as const
export type ReplayState = (typeof replayStates)[number]

export interface ReplayTables {
  replays: {
    /** Also the id of its task, and the `replayid` of its copies. */
    id: string
    tenant_id: string
    consumer: string
    from_time: Date
    to_time: Date
    /** Those that a handler of the consumer takes; no others are sent. */
    topics: string[]
    stream: string | null
    effects: ReplayEffects
    events_per_second: number
    state: ReplayState
    /** Why it was stopped. */
    reason: string | null
    /** Events stored behind this position are not part of it; null until the store is settled. */
    horizon: string | null
    /** Of the last event that was sent. */
    position: Generated<string>
    total: string | null
    sent: Generated<string>
    /** Answers that the sent copies will bring: one for each handler that takes one. */
    awaited: Generated<string>
    created_by: string
    created_at: Generated<Date>
    sent_at: Date | null
    ended_at: Date | null
  }
  replay_answers: {
    replay_id: string
    tenant_id: string
    source: string
    message_id: string
    handler: string
    outcome: 'handled' | 'failed'
    answered_at: Generated<Date>
  }
}
