import { registry } from '@alta/kit/telemetry/metrics'
import { Counter, Gauge, Histogram } from 'prom-client'

export const liveMetrics = {
  connections: new Gauge({
    name: 'alta_live_connections',
    help: 'WebSockets that are open',
    registers: [registry],
  }),
  sent: new Counter({
    name: 'alta_live_messages_total',
    help: 'Changes sent over WebSockets, one for each of those who hear of it',
    registers: [registry],
  }),
  dropped: new Counter({
    name: 'alta_live_dropped_total',
    help: 'Changes that nobody was told of, since Redis was away; everybody connected looks at everything anew instead',
    registers: [registry],
  }),
  closed: new Counter({
    name: 'alta_live_closed_total',
    help: 'WebSockets that have ended, by why',
    labelNames: ['reason'] as const,
    registers: [registry],
  }),
  delay: new Histogram({
    name: 'alta_live_delay_seconds',
    help: 'Time from an event, when it happened, until it was handed to everybody connected who hears of it',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30],
    registers: [registry],
  }),
}

/** Why a connection ended. `gone`: by the client, or the network. */
export const closingReasons = [
  'gone',
  'silent',
  'slow',
  'token_ended',
  'too_many_messages',
  'bad_message',
  'draining',
] as const
export type ClosingReason = (typeof closingReasons)[number]

for (const reason of closingReasons) liveMetrics.closed.inc({ reason }, 0)
