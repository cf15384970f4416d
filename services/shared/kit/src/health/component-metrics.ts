import { Gauge } from 'prom-client'
import { registry } from '../telemetry/metrics.ts'
import type { ComponentHealth } from './health.ts'

const labelNames = ['component'] as const

const up = new Gauge({
  name: 'alta_component_up',
  help: '0: what the service needs did not answer when it was asked last; 1: it did, if only in part',
  labelNames,
  registers: [registry],
})
const degraded = new Gauge({
  name: 'alta_component_degraded',
  help: '1: it answers and works in part only, as a database that stores nothing',
  labelNames,
  registers: [registry],
})
const latency = new Gauge({
  name: 'alta_component_latency_seconds',
  help: 'What the last look at it took',
  labelNames,
  registers: [registry],
})

/** Shows what a look at the service's components has found. Nobody is asked for it: probes come often enough. */
export function showComponents(components: readonly ComponentHealth[]): void {
  for (const { name, status, latencyMs } of components) {
    up.set({ component: name }, status === 'down' ? 0 : 1)
    degraded.set({ component: name }, status === 'degraded' ? 1 : 0)
    latency.set({ component: name }, latencyMs / 1_000)
  }
}
