// make drill: things go wrong while people work; for each, which alerts say so and how soon, and what people saw.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readRules } from '../../platform/src/observe/expressions.ts'
import { nameOf } from './alerts.ts'
import { nodeDrills } from './drills/node.ts'
import { drills, rowsThereAre } from './drills.ts'
import { type Performed, perform, succeeded } from './perform.ts'
import { printed, tablesOf, writeReport } from './report.ts'
import { openScene } from './scene.ts'
import { killAll } from './support/processes.ts'
import { putAway } from './support/put-away.ts'

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, write: { type: 'boolean', default: false } },
})
const only = values.only.split(',').filter(Boolean)
const alerts = drills.flatMap(({ expects }) => expects.map(({ alert }) => alert))
const unknown = only.filter((name) => !alerts.includes(name))
// Nothing tried must not look like everything in order.
if (unknown.length > 0)
  throw new Error(`no drill is about ${unknown.join(', ')}; there are ${[...new Set(alerts)].join(', ')}`)
const root = fileURLToPath(new URL('../..', import.meta.url))
const onANode = Object.values(nodeDrills).flatMap(({ expects }) =>
  expects.map(({ alert }) => alert as string),
)
const forgotten = (await readRules(root)).flatMap(({ alert }) =>
  alert !== undefined && ![...alerts, ...onANode].includes(alert) ? [alert] : [],
)
if (forgotten.length > 0) throw new Error(`nobody tries ${[...new Set(forgotten)].join(', ')}; write a drill`)
const chosen = drills.filter(
  ({ expects }) => only.length === 0 || expects.some(({ alert }) => only.includes(alert)),
)

const began = Date.now()
const say = (text: string) =>
  console.log(`${String(Math.round((Date.now() - began) / 1_000)).padStart(5)} s  ${text}`)

/** What went wrong, and what went wrong when it was made good again. */
const wordsOf = (error: unknown): string => {
  if (error instanceof SuppressedError) return `${wordsOf(error.suppressed)}; then: ${wordsOf(error.error)}`
  return error instanceof Error ? error.message : String(error)
}

const opened = new AsyncDisposableStack()
const away = putAway(opened)

const performed: Performed[] = []
let failed = false
try {
  const scene = await openScene(opened, say)
  await scene.people.carriedThrough(300)
  say('people work')
  for (const drill of chosen) {
    if (away.isEnding()) break
    say(drill.what)
    const reason = drill.cannot?.()
    if (reason !== undefined) {
      say(`not tried: ${reason}`)
      continue
    }
    const result = await perform(drill, scene, opened).catch((error: unknown) => {
      if (!away.isEnding()) say(`it could not be tried: ${wordsOf(error)}`)
      return undefined
    })
    failed ||= result === undefined || !succeeded(result)
    if (!result) continue
    performed.push(result)
    // At once: what is interrupted later has been measured all the same.
    if (values.write)
      await writeReport(join(root, 'docs/observability.md'), tablesOf(performed), rowsThereAre)
    say(
      result.alerts
        .map(({ expected, fires }) => `${nameOf(expected)} ${fires?.toFixed(0) ?? 'never'}`)
        .join(', '),
    )
  }
  // Before what may still go wrong: it has been measured all the same.
  console.log(`\n${printed(tablesOf(performed))}\n`)
  if (!away.isEnding()) {
    say('everything is killed at once, sidecars first')
    await killAll(scene.home)
    await scene.people.carriedThrough(300)
    await scene.people.stop()
    const { accepted, approved, unknown } = await scene.people.balance(180)
    console.log(
      `${accepted} letters were accepted, ${approved} of them are approved; ${unknown} rows that nobody was told of`,
    )
    failed ||= approved !== accepted
  }
} catch (error) {
  // At once: what is put away may have something to say too.
  console.error(error)
  failed = true
} finally {
  await away.end()
}
process.exit(failed ? 1 : 0)
