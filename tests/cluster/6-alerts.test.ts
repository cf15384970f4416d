import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { untilAlerts } from '../drill/alerts.ts'
import { nodeDrills } from '../drill/drills/node.ts'
import { rowsThereAre } from '../drill/drills.ts'
import type { Tried } from '../drill/perform.ts'
import { alertRows, printed, writeReport } from '../drill/report.ts'
import { deployment } from './support/cluster.ts'
import { nodeFaults } from './support/node-faults.ts'
import { startWatch } from './support/watch.ts'

/** Longest time for an alert, and for its end. */
const PATIENCE_SECONDS = 400

const tried: Tried[] = []
let watch: Awaited<ReturnType<typeof startWatch>>

beforeAll(async () => {
  watch = await startWatch(
    Object.values(nodeDrills).flatMap(({ expects }) =>
      expects.flatMap((expected) =>
        'speed' in expected ? [{ alert: expected.alert, speed: expected.speed }] : [],
      ),
    ),
  )
})
afterAll(async () => {
  await watch?.[Symbol.asyncDispose]()
  if (tried.length === 0) return
  const tables = { alerts: tried.flatMap(alertRows), faults: [] }
  console.log(`\n${printed(tables)}`)
  if (process.env.ALTA_WRITE)
    await writeReport(join(deployment.root, 'docs/observability.md'), tables, rowsThereAre)
})

const names = Object.keys(nodeDrills) as (keyof typeof nodeDrills)[]

test.each(names.map((name) => ({ name, ...nodeDrills[name] })))(
  'when $what, the alert comes and goes again',
  async ({ name, what, expects }) => {
    const fault = nodeFaults[name]
    await using broken = new AsyncDisposableStack()
    await fault.prepare?.(broken)
    const before = { began: Date.now(), patience: PATIENCE_SECONDS }
    const silent = await untilAlerts(watch.address, expects, 'are over', before)
    expect(silent.size, 'nothing of it fires before').toBe(expects.length)
    const during = { began: Date.now(), patience: PATIENCE_SECONDS }
    await fault.begin(broken)
    const fired = await untilAlerts(watch.address, expects, 'fire', during)
    await broken.disposeAsync()
    const after = { began: Date.now(), patience: PATIENCE_SECONDS }
    const over = await untilAlerts(watch.address, expects, 'are over', after)
    const alerts = expects.map((expected) => ({
      expected,
      fires: fired.get(expected.alert),
      over: over.get(expected.alert),
    }))
    tried.push({ drill: { what }, alerts })
    for (const { expected, fires, over } of alerts) {
      expect(fires, `${expected.alert} fires`).toBeDefined()
      expect(over, `${expected.alert} is over`).toBeDefined()
    }
  },
)
