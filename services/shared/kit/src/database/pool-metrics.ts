import type pg from 'pg'
import { Gauge } from 'prom-client'
import { registry } from '../telemetry/metrics.ts'

/** A process has one pool; in tests the last one that was opened is shown. */
let shown: pg.Pool | undefined

new Gauge({
  name: 'alta_database_connections',
  help: 'Connections of the pool by what they do',
  labelNames: ['state'] as const,
  registers: [registry],
  collect() {
    if (!shown) return
    this.set({ state: 'idle' }, shown.idleCount)
    this.set({ state: 'busy' }, shown.totalCount - shown.idleCount)
  },
})
new Gauge({
  name: 'alta_database_connections_limit',
  help: 'As many connections as the pool may open',
  registers: [registry],
  collect() {
    if (shown) this.set(shown.options.max)
  },
})
new Gauge({
  name: 'alta_database_waiting_requests',
  help: 'Whoever waits for a connection of the pool',
  registers: [registry],
  collect() {
    if (shown) this.set(shown.waitingCount)
  },
})

/** Shows this pool from now on. It is looked at when somebody asks for metrics, and at no other time. */
export function showPool(pool: pg.Pool): void {
  shown = pool
}
