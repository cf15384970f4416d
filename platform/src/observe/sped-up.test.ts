import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Rule, readRules } from './expressions.ts'
import { parsePromql } from './promql.ts'
import { spedUp } from './sped-up.ts'

const rule = (fields: Partial<Rule>): Rule => ({
  file: 'x.yaml',
  expr: 'x > 0',
  labels: {},
  annotations: {},
  ...fields,
})
const only = (fields: Partial<Rule>, speed: number): unknown =>
  spedUp([rule({ alert: 'Late', ...fields })], [{ alert: 'Late', speed }]).groups[0]

test('ranges, offsets, ages and the time that it must last are divided, shares and small numbers are not', () => {
  const expr = 'increase(x[10m]) - y offset 1h > 1800 and z > 0.144 and w > 2 and min(v) < 14'
  expect(only({ expr, for: '5m', labels: { severity: 'info' } }, 12)).toEqual({
    name: 'sped up 12 times',
    rules: [
      {
        alert: 'Late',
        labels: { severity: 'info', sped_up: '12' },
        expr: 'increase(x[50000ms]) - y offset 300000ms > 150 and z > 0.144 and w > 2 and min(v) < 14',
        for: '25000ms',
      },
    ],
  })
})

test('a copy reads what was recorded at its own speed', () => {
  const recorded = rule({ record: 'alta:errors:ratio_rate1h', expr: 'rate(x[1h])', labels: { slo: 'a' } })
  const late = rule({ alert: 'Late', expr: 'alta:errors:ratio_rate1h > 0.1' })
  expect(spedUp([recorded, late], [{ alert: 'Late', speed: 60 }]).groups).toMatchObject([
    {
      rules: [
        { record: 'alta_60:errors:ratio_rate1h', expr: 'rate(x[60000ms])', labels: { slo: 'a' } },
        { alert: 'Late', expr: 'alta_60:errors:ratio_rate1h > 0.1' },
      ],
    },
  ])
})

test('every rule can be sped up and is PromQL afterwards', async () => {
  const rules = await readRules(fileURLToPath(new URL('../../..', import.meta.url)))
  const alerts = rules.flatMap(({ alert }) => (alert ? [{ alert, speed: 12 }] : []))
  const { groups } = spedUp(rules, alerts)
  const expressions = groups.flatMap((group) => (group as { rules: { expr: string }[] }).rules)
  expect(expressions.length).toBe(rules.length)
  expect(expressions.flatMap(({ expr }) => parsePromql(expr).faults)).toEqual([])
})
