import { registry } from '@alta/kit/telemetry/metrics'
import { Counter } from 'prom-client'

const refused = new Counter({
  name: 'alta_live_refused_total',
  help: 'WebSockets that were refused, by the code of the refusal',
  labelNames: ['code'] as const,
  registers: [registry],
})

/** Those that somebody may want to know of. All others are one: a caller, or who answers in its place, must not make series. */
const codes: ReadonlySet<string> = new Set([
  'live_unavailable',
  'too_many_connections',
  'rate_limited',
  'origin_not_allowed',
  'ticket_invalid',
  'session_ended',
  'edge_proof_required',
])
for (const code of [...codes, 'other']) refused.inc({ code }, 0)

export const countRefusedSocket = (code: string): void =>
  refused.inc({ code: codes.has(code) ? code : 'other' })
