import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ownMetrics } from '../observe/known-metrics.ts'
import { objectives } from '../slo/objectives.ts'
import { burnRates, runbookOf } from '../slo/rules.ts'
import { brokenObservability } from './observability.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test('every alert has its runbook, dashboard and tests, and every query asks for what there is', async () => {
  expect(await brokenObservability(root)).toEqual([])
})

test('our own metrics are found in the source, histograms with what they are scraped as', async () => {
  const found = await ownMetrics(root)
  for (const name of ['alta_outbox_age_seconds', 'alta_queue_ready', 'alta_inbox_lag_seconds_bucket'])
    expect(found).toContain(name)
  expect(found).not.toContain('alta_tests_total')
})

test('an alert leads to the page of its name', () => {
  expect(runbookOf('OutboxStalled')).toBe('docs/runbooks/outbox-stalled.md')
  expect(runbookOf('QueueWithTooManyConsumers')).toBe('docs/runbooks/queue-with-too-many-consumers.md')
})

test('an alert at the slowest rate leaves its month, one at the fastest two days', () => {
  expect(objectives.every(({ objective }) => objective > 0 && objective < 1)).toBe(true)
  expect(burnRates.map(({ factor }) => Math.round(30 / factor))).toEqual([2, 5, 10, 30])
})
