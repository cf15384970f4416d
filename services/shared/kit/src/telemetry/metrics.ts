import { performance } from 'node:perf_hooks'
import { collectDefaultMetrics, Gauge, type Metric, type OpenMetricsContentType, Registry } from 'prom-client'

/**
 * All figures of the process, as `GET /metrics` shows them. Our own are named `alta_<noun>_<unit>[_total]`.
 * Of the kind that takes exemplars; {@link exposition} writes it in either format.
 */
export const registry = openMetricsRegistry()

collectDefaultMetrics({ register: registry })

let seen = performance.eventLoopUtilization()
new Gauge({
  name: 'alta_event_loop_busy_ratio',
  help: 'Share of the time since the last look that the event loop was not idle',
  registers: [registry],
  collect() {
    const now = performance.eventLoopUtilization()
    this.set(performance.eventLoopUtilization(now, seen).utilization)
    seen = now
  },
})

type Named = Metric & { readonly name: string; readonly type: string }

/**
 * What `GET /metrics` answers: OpenMetrics with exemplars to who asks for it, as Prometheus does, and the older text
 * to everybody else.
 * @param accept the header of that name
 */
export async function exposition(accept: string | undefined): Promise<{ type: string; body: string }> {
  const isOpen = accept?.includes('application/openmetrics-text') ?? false
  const shown = isOpen ? openMetricsRegistry() : new Registry()
  // Their type calls them objects with a name; they are the metrics themselves.
  for (const metric of registry.getMetricsAsArray() as unknown as Named[])
    shown.registerMetric(isOpen && metric.type === 'counter' ? asFamily(metric) : metric)
  return { type: shown.contentType, body: await shown.metrics() }
}

function openMetricsRegistry(): Registry<OpenMetricsContentType> {
  const made = new Registry<OpenMetricsContentType>()
  made.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  return made
}

/**
 * In OpenMetrics a counter's family goes without the suffix of its samples. A stand-in bears that name: the registry
 * would rename the counter itself, and the older text would then show it wrongly.
 */
const asFamily = (metric: Named): Named =>
  Object.create(metric, { name: { value: metric.name.replace(/_total$/, ''), writable: true } })
