import type { CloudEvent } from '@alta/contracts/cloud-event'
import { Counter, Gauge, Histogram } from 'prom-client'
import { activity } from '../operations/activity.ts'
import type { Exemplar } from '../telemetry/exemplar.ts'
import { registry } from '../telemetry/metrics.ts'

const handled = new Counter({
  name: 'alta_inbox_handled_total',
  help: 'Events by topic and what became of them',
  labelNames: ['topic', 'outcome'] as const,
  registers: [registry],
})
const duration = new Histogram({
  name: 'alta_inbox_handler_seconds',
  help: 'Time from delivery to the end of the handler',
  labelNames: ['topic'] as const,
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  enableExemplars: true,
  registers: [registry],
})
const lag = new Histogram({
  name: 'alta_inbox_lag_seconds',
  help: 'Time from an event to its effect: outbox, broker, queue and handler together; replays left out',
  labelNames: ['topic'] as const,
  buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800],
  registers: [registry],
})

/** From the table, so the same from every replica of the service. */
export const inboxGauges = {
  parked: new Gauge({
    name: 'alta_inbox_parked',
    help: 'Messages that failed and wait for another attempt, or whose handler is paused',
    registers: [registry],
  }),
  failed: new Gauge({
    name: 'alta_inbox_failed',
    help: 'Messages that were given up and are dead letters',
    registers: [registry],
  }),
  working: new Gauge({
    name: 'alta_inbox_working',
    help: 'Messages that are leased to a process',
    registers: [registry],
  }),
  oldest: new Gauge({
    name: 'alta_inbox_oldest_seconds',
    help: 'Since the oldest parked message was delivered first',
    registers: [registry],
  }),
}

new Gauge({
  name: 'alta_inbox_in_flight',
  help: 'Messages that this process is handling',
  labelNames: ['topic'] as const,
  registers: [registry],
  collect() {
    for (const [topic, { inFlight }] of Object.entries(activity.figures())) this.set({ topic }, inFlight)
  },
})
new Gauge({
  name: 'alta_inbox_in_flight_seconds',
  help: 'How long the oldest message that this process is handling has taken so far; 0: there is none',
  labelNames: ['topic'] as const,
  registers: [registry],
  collect() {
    for (const [topic, { oldestSeconds }] of Object.entries(activity.figures()))
      this.set({ topic }, oldestSeconds ?? 0)
  },
})

/** What counts as work done, and as an attempt that failed; a duplicate is neither. */
const kinds: Readonly<Record<string, 'handled' | 'failed'>> = {
  success: 'handled',
  parked: 'failed',
  given_up: 'failed',
  rejected: 'failed',
}

/** People look at exemplars one by one: more than a few a second would only cost. */
const EXEMPLAR_EVERY_MS = 200
let lastExemplar = 0

function exemplarOf({ traceparent }: Pick<CloudEvent, 'traceparent'>, now: number): Exemplar {
  if (traceparent === undefined || now - lastExemplar < EXEMPLAR_EVERY_MS) return {}
  lastExemplar = now
  return { trace_id: traceparent.slice(3, 35) }
}

/** Told to Prometheus, and to the operators' report, which looks at the last minute. */
export const inboxMetrics = {
  handled: {
    inc({ topic, outcome }: { topic: string; outcome: string }): void {
      handled.inc({ topic, outcome })
      const kind = kinds[outcome]
      if (kind) activity.count(topic, kind)
    },
  },
  duration: {
    /** The returned function is to be called at the end of the handler. */
    startTimer(topic: string, event: Pick<CloudEvent, 'traceparent'>): () => void {
      const begun = performance.now()
      const end = activity.begin(topic)
      return () => {
        const now = performance.now()
        const value = (now - begun) / 1_000
        duration.observe({ labels: { topic }, value, exemplarLabels: exemplarOf(event, now) })
        end()
      }
    },
  },
  lag: {
    /** The event has had its effect. A copy's time is that of its original, which says nothing of its own way. */
    ended(topic: string, event: Pick<CloudEvent, 'time' | 'replayfor'>): void {
      if (event.replayfor !== undefined) return
      lag.observe({ topic }, Math.max(0, Date.now() - Date.parse(event.time)) / 1_000)
    },
  },
}
