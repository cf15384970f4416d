import { Counter, Gauge } from 'prom-client'
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
  partsLost: new Counter({
    name: 'alta_topology_lost_total',
    help: 'Queues and exchanges that were new or had been deleted, and were declared by the relay',
    registers: [registry],
  }),
  publishedAgain: new Counter({
    name: 'alta_outbox_republished_total',
    help: 'Events put back into the outbox because a queue that they were in was lost',
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
