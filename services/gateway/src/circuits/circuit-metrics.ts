import { registry } from '@alta/kit/telemetry/metrics'
import { Counter, Gauge } from 'prom-client'
import { publicServices } from '../routes.ts'
import type { Circuit } from './circuit.ts'

type State = Circuit['state'] | 'closed'

const open = new Gauge({
  name: 'alta_circuit_open',
  help: 'Whether a service is not asked, or by way of trial only, because it has failed too often or was taken out by hand: 1, else 0',
  labelNames: ['upstream'] as const,
  registers: [registry],
})

const changes = new Counter({
  name: 'alta_circuit_changes_total',
  help: 'Changes of a circuit that this gateway has made for all of them, by the state it came into',
  labelNames: ['upstream', 'to'] as const,
  registers: [registry],
})

const refusals = new Counter({
  name: 'alta_circuit_refused_total',
  help: 'Requests that were answered 503 because a circuit is open',
  labelNames: ['upstream'] as const,
  registers: [registry],
})

for (const upstream of publicServices) {
  open.set({ upstream }, 0)
  changes.inc({ upstream, to: 'open' }, 0)
  refusals.inc({ upstream }, 0)
}

export const showCircuit = (upstream: string, state: State): void =>
  open.set({ upstream }, state === 'closed' ? 0 : 1)

export const countChange = (upstream: string, to: State): void => changes.inc({ upstream, to })

export const countRefusal = (upstream: string): void => refusals.inc({ upstream })
