import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { ColumnType, Generated } from 'kysely'

export interface StoreTables {
  stored_events: {
    /** Order of arrival; a gap is a transaction that failed. A bigint, which the driver hands out as text. */
    position: Generated<string>
    id: string
    source: string
    tenant_id: string
    topic: string
    /** CloudEvents type: the topic behind `io.alta.`. */
    type: string
    /** CloudEvents subject: the entity that the event is about. */
    stream: string
    /** Version of the entity after the change, as the emitter gave it. */
    sequence: string | null
    time: Date
    correlation_id: string
    causation_id: string | null
    traceparent: string | null
    /** The whole event as it came. */
    event: ColumnType<CloudEvent, string, never>
    stored_at: Generated<Date>
  }
  forgotten_events: { tenant_id: string; stream: string; events: string }
}
