import { collectDefaultMetrics, Registry } from 'prom-client'

/** All figures of the process, as `GET /metrics` shows them. Our own are named `alta_<noun>_<unit>[_total]`. */
export const registry = new Registry()

collectDefaultMetrics({ register: registry })
