import type { ColumnType, Generated } from 'kysely'

export type OutboxStatus = 'PENDING' | 'PROCESSING' | 'COMPLETED' | 'FAILED'
export type InboxStatus = 'PROCESSING' | 'COMPLETED' | 'PARKED' | 'FAILED'

/** Tables that the kit adds to every service's schema; see `migrations/`. */
export interface KitSchema {
  outbox_events: {
    id: string
    tenant_id: string
    topic: string
    /** The whole CloudEvent as it goes over the wire. */
    event: string
    status: OutboxStatus
    attempts: Generated<number>
    next_attempt_at: Date | null
    lease_owner: string | null
    lease_until: Date | null
    last_error: string | null
    created_at: Generated<Date>
    completed_at: Date | null
  }
  inbox_messages: {
    source: string
    message_id: string
    handler: string
    tenant_id: string
    topic: string
    status: InboxStatus
    /** Null while nothing has to be repeated: a message handled at first delivery needs no copy. */
    event: ColumnType<unknown, string | null, string | null>
    attempts: Generated<number>
    next_attempt_at: Date | null
    lease_owner: string | null
    lease_until: Date | null
    /** 0 to 1, as the worker last reported it. */
    progress: number | null
    error_class: string | null
    error_message: string | null
    error_stack: string | null
    /** One entry per failed attempt: `{ at, errorClass, message }`. */
    history: ColumnType<{ at: string; errorClass: string; message: string }[], string | undefined, string>
    received_at: Generated<Date>
    completed_at: Date | null
  }
  idempotency_keys: {
    tenant_id: string
    user_id: string
    route: string
    key: string
    fingerprint: string
    answer: ColumnType<unknown, string | null, string | null>
    created_at: Generated<Date>
  }
}
