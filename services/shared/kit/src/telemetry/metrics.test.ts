import { Counter, Histogram } from 'prom-client'
import { expect, test } from 'vitest'
import { metricValue } from '../testing/metrics.ts'
import { exposition, registry } from './metrics.ts'

const counted = new Counter({ name: 'alta_tests_total', help: 'Tests', registers: [registry] })
const measured = new Histogram({
  name: 'alta_tests_seconds',
  help: 'Length of tests',
  buckets: [1, 10],
  enableExemplars: true,
  registers: [registry],
})
const openMetrics = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5'

test('whoever asks for OpenMetrics gets exemplars, everybody else the text without them', async () => {
  measured.observe({ value: 0.5, exemplarLabels: { trace_id: 'a1' } })
  measured.observe({ value: 99, exemplarLabels: { trace_id: 'b2' } })
  const open = await exposition(openMetrics)
  expect(open.type).toContain('application/openmetrics-text')
  expect(open.body).toMatch(/^alta_tests_seconds_bucket\{le="1"\} 1 # \{trace_id="a1"\} 0.5 \d/m)
  expect(open.body).toMatch(/^alta_tests_seconds_bucket\{le="\+Inf"\} 2 # \{trace_id="b2"\} 99 \d/m)
  expect(open.body.endsWith('# EOF\n')).toBe(true)
  const text = await exposition('*/*')
  expect(text.type).toContain('text/plain')
  expect(text.body).toMatch(/^alta_tests_seconds_bucket\{le="1"\} 1$/m)
})

test('a counter keeps its name in both formats, whichever was asked for first', async () => {
  counted.inc()
  for (const accept of [openMetrics, undefined, openMetrics, undefined]) {
    const { body } = await exposition(accept)
    expect(body).toMatch(/^alta_tests_total 1$/m)
    expect(body).toContain(accept ? '# TYPE alta_tests counter' : '# TYPE alta_tests_total counter')
    expect(body).not.toContain('total_total')
  }
})

test('the process itself is seen: event loop, memory, processor', async () => {
  const { body } = await exposition(undefined)
  for (const name of [
    'nodejs_eventloop_lag_p99_seconds',
    'process_resident_memory_bytes',
    'process_cpu_seconds_total',
  ])
    expect(body).toMatch(new RegExp(`^${name} `, 'm'))
  const busy = await metricValue('alta_event_loop_busy_ratio')
  expect(busy).toBeGreaterThanOrEqual(0)
  expect(busy).toBeLessThanOrEqual(1)
})
