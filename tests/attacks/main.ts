// make attacks: tries to get into a running platform of its own, in every way that the list knows.
import { parseArgs } from 'node:util'
import { alignTable } from '../../platform/src/console/table.ts'
import { runPlatform } from '../support/platform.ts'
import { Tally } from './area.ts'
import { areas } from './areas.ts'
import { openScene } from './scene.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** Against the platform that these tests brought up before, and left running. */
    keep: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const wanted = values.only.split(',').filter(Boolean)
const chosen = areas.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)))
// Nothing tried must not look like nobody got in.
if (chosen.length === 0) throw new Error(`there are ${areas.map(({ name }) => name).join(', ')}`)

console.log(`${chosen.length} areas, seed ${seed}`)
const platform = runPlatform({})
const down = () => (values.keep ? Promise.resolve() : platform.down())
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void down().finally(() => process.exit(130)))
}
const rows: string[][] = []
const failures: string[] = []
let passed = 0
try {
  await down()
  await platform.up()
  await using scene = await openScene(platform.home)
  for (const area of chosen) {
    const began = Date.now()
    const tally = new Tally()
    await area.attack(scene, tally, { form: 'long', seed }).catch((error: unknown) => {
      tally.note(
        'the attack itself',
        false,
        error instanceof Error ? (error.stack ?? error.message) : String(error),
      )
    })
    const { tries, breakIns } = tally
    passed += tries - breakIns.length
    failures.push(...breakIns.map((what) => `${area.name}: ${what}`))
    const seconds = ((Date.now() - began) / 1000).toFixed(0)
    rows.push([area.name, String(tries), String(breakIns.length), seconds])
    console.log(`${area.name}: ${tries} tries, ${breakIns.length} got in, ${seconds} s`)
    for (const what of breakIns.slice(0, 40)) console.log(`    ✗ ${what}`)
  }
} finally {
  await down()
}
console.log(`\n${alignTable([['area', 'tries', 'got in', 'seconds'], ...rows])}\n`)
for (const failure of failures.slice(0, 100)) console.log(`✗ ${failure}`)
console.log(`seed ${seed}`)
console.log(`${passed} passed, ${failures.length} failed`)
process.exit(failures.length === 0 ? 0 : 1)
