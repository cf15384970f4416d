export interface MonitorTables {
  queue_samples: {
    queue: string
    at: Date
    ready: number
    /** Null where the broker does not tell: without its management API only depth and consumers are known. */
    unacknowledged: number | null
    consumers: number
    /** Messages that have ever come into the queue, and that were ever acknowledged; both begin anew with the broker. */
    published: number | null
    acknowledged: number | null
  }
  service_samples: {
    app: string
    at: Date
    alive: boolean
    replicas: number
    outbox_waiting: number
    outbox_failed: number
    outbox_oldest_seconds: number
    inbox_parked: number
    inbox_failed: number
    inbox_oldest_seconds: number
  }
  handler_samples: {
    app: string
    topic: string
    at: Date
    handled: number
    failed: number
    in_flight: number
    oldest_in_flight_seconds: number | null
    p50_ms: number | null
    p95_ms: number | null
  }
  /** The last that is known of each handler. */
  handler_states: {
    app: string
    topic: string
    handled: number
    /** Kept when the handler rests. */
    p95_ms: number | null
    /** When it was last seen to have finished something. */
    busy_at: Date
  }
  stuck_handlers: {
    app: string
    topic: string
    /** When the oldest message in flight was delivered. */
    since: Date
    noticed_at: Date
    /** What the handler took before it stuck; null when it had never been seen at work. */
    p95_ms: number | null
    cleared_at: Date | null
  }
}
