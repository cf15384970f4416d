import { expect, test } from 'vitest'
import { dashboardFiles, dashboards } from './all.ts'
import { dashboardJson } from './dashboard.ts'
import { figure, lines, quantiles } from './panel.ts'
import { grafanaDashboard } from './schema.ts'

const one = {
  uid: 'alta-test',
  title: 'Test',
  description: 'A test.',
  rows: [
    {
      title: 'First',
      panels: [
        lines('A', 'short', 'What it says here.', ['up{namespace=~"$namespace"}', '{{job}}']),
        figure('B', 'percentunit', 'What it says there.', ['vector(1)', 'b']),
        lines('C', 's', 'Quantiles of something.', ...quantiles('x_seconds', '', 'job')),
      ],
    },
  ],
}

test('every dashboard is what Grafana reads, and has an address of its own', () => {
  for (const [path, json] of dashboardFiles()) {
    expect(() => grafanaDashboard.parse(JSON.parse(json)), path).not.toThrow()
  }
  expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length)
})

test('panels of a row stand beside each other and fill it', () => {
  const { panels } = grafanaDashboard.parse(JSON.parse(dashboardJson(one)))
  expect(panels.map(({ gridPos: { x, y, w } }) => [x, y, w])).toEqual([
    [0, 0, 24],
    [0, 1, 8],
    [8, 1, 8],
    [16, 1, 8],
  ])
})

test('a variable that is not there and a panel without a unit are refused', () => {
  const json = dashboardJson(one)
  expect(
    grafanaDashboard.safeParse(JSON.parse(json.replaceAll('=~\\"$namespace', '=~\\"$region'))).success,
  ).toBe(false)
  expect(grafanaDashboard.safeParse(JSON.parse(json.replace('"unit": "short"', '"unit": ""'))).success).toBe(
    false,
  )
})
