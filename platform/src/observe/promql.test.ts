import { expect, test } from 'vitest'
import { excuses } from './empty.ts'
import { filledIn, panelExpressions } from './expressions.ts'
import { parsePromql } from './promql.ts'

test('metrics and selectors are found, labels and functions are not taken for them', () => {
  const { faults, metrics, selectors } = parsePromql(
    'sum by (job) (rate(a_total{job="up"}[5m] offset 1h)) / on (job) group_left (b) max(c:ratio) > 0',
  )
  expect(faults).toEqual([])
  expect(metrics).toEqual(['a_total', 'c:ratio'])
  expect(selectors).toEqual(['a_total{job="up"}', 'c:ratio'])
})

test('what is no PromQL is told with its place', () => {
  expect(parsePromql('sum(rate(a_total[5m])').faults).not.toEqual([])
  expect(parsePromql('rate(a_total[5x])').faults.join()).toContain('not PromQL from here')
})

test('panels are asked with their variables filled in', () => {
  expect(filledIn('rate(x{namespace=~"$namespace"}[$__rate_interval])')).toBe('rate(x{namespace=~".*"}[1m])')
  expect(panelExpressions().filter(({ expr }) => expr.includes('$'))).toEqual([])
})

test('nothing that an objective rests on may be empty', () => {
  const recorded = [
    'alta:slo_errors:ratio_rate1h{slo="upload-accepted"}',
    'sum(rate(alta_http_request_seconds_count[1m]))',
  ]
  for (const query of recorded) expect(excuses.filter(({ matches }) => matches.test(query))).toEqual([])
})
