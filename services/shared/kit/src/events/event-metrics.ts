import { Counter, Gauge, Histogram } from 'prom-client'
import { registry } from '../telemetry/metrics.ts'

export const relayMetrics = {
  published: new Counter({
    name: 'alta_outbox_published_total',
    help: 'Events that the broker has confirmed',
    registers: [registry],
  }),
  refused: new Counter({
    name: 'alta_outbox_refused_total',
    help: 'Events that the broker refused or could not route',
    registers: [registry],
  }),
}

export const outboxGauges = {
  waiting: new Gauge({
    name: 'alta_outbox_waiting',
    help: 'Events not yet published',
    registers: [registry],
  }),
  failed: new Gauge({
    name: 'alta_outbox_failed',
    help: 'Events the broker would not take',
    registers: [registry],
  }),
  age: new Gauge({
    name: 'alta_outbox_age_seconds',
    help: 'Age of the oldest event not yet published',
    registers: [registry],
  }),
}

export const inboxMetrics = {
  handled: new Counter({
    name: 'alta_inbox_handled_total',
    help: 'Events by topic and what became of them',
    labelNames: ['topic', 'outcome'] as const,
    registers: [registry],
  }),
  duration: new Histogram({
    name: 'alta_inbox_handler_seconds',
    help: 'Time from delivery to the end of the handler',
    labelNames: ['topic'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers: [registry],
  }),
}
