// make faults: breaks everything that an installation rests on, under load, and counts what was lost or doubled.
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { alignTable } from '../../platform/src/console/table.ts'
import { bring } from '../../platform/src/system/apt.ts'
import type { Amount, Fault, Outcome } from './fault.ts'
import { faults } from './faults.ts'
import { seeded } from './seeded.ts'
import { openStage, type Stage, transports } from './support/stage.ts'

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    transport: { type: 'string', default: 'amqp' },
  },
})
const seed = Number(values.seed)
const form: Amount['form'] = values.long ? 'long' : 'short'
const transport = transports.find((word) => word === values.transport)
if (!transport) throw new Error(`--transport is one of ${transports.join(', ')}`)
const wanted = values.only.split(',').filter(Boolean)
const unknown = wanted.filter((id) => !faults.some((fault) => fault.id === id))
// Nothing tried must not look like nothing lost.
if (unknown.length > 0)
  throw new Error(`there is no ${unknown.join(', ')}; there are ${faults.map(({ id }) => id).join(', ')}`)
const chosen = faults.filter(({ id }) => wanted.length === 0 || wanted.includes(id))

type Result = { fault: Fault; seconds: number } & (
  | { outcome: Outcome }
  | { cannot: string }
  | { failed: string }
)

const holds = ({ verdict }: Outcome): boolean =>
  verdict.lost + verdict.duplicate + verdict.phantom + verdict.brokenAnswers === 0

async function tryOne(fault: Fault, stage: Stage): Promise<Result> {
  const began = Date.now()
  const seconds = () => (Date.now() - began) / 1_000
  const reason = await fault.cannot?.()
  if (reason !== undefined) return { fault, seconds: 0, cannot: reason }
  try {
    const amount = { form, random: seeded(seed + Number(fault.id.slice(1))) }
    const outcome = await fault.run(stage, amount, (line) => console.log(`    ${line}`))
    // A fault that never happened proves nothing.
    if (outcome.runs === 0) throw new Error('it was never injected')
    return { fault, seconds: seconds(), outcome }
  } catch (error) {
    const logs = await Promise.all([stage.producer.log(), stage.consumer.log(), stage.daprd.log()])
    console.log(logs.join('\n'))
    return { fault, seconds: seconds(), failed: error instanceof Error ? error.message : String(error) }
  }
}

function lineOf(result: Result): string[] {
  const { fault } = result
  if ('cannot' in result)
    return [fault.id, fault.title, '–', '–', '–', '–', '–', '–', '–', `not tried: ${result.cannot}`]
  if ('failed' in result)
    return [fault.id, fault.title, '–', '–', '–', '–', '–', '–', '–', `FAILED: ${result.failed}`]
  const { runs, kills, verdict, recoverySeconds } = result.outcome
  const counts = [runs, kills, verdict.committed, verdict.lost, verdict.duplicate, verdict.phantom]
  const recovery = recoverySeconds === null ? '–' : recoverySeconds.toFixed(1)
  return [fault.id, fault.title, ...counts.map(String), recovery, holds(result.outcome) ? 'holds' : 'BROKEN']
}

console.log(`${chosen.length} faults, ${form} form, seed ${seed}, transport ${values.transport}`)
await bring(['faketime'], { logs: tmpdir(), say: console.log, without: 'F16, clocks that are off' })
const results: Result[] = []
let stage: Stage | undefined
// Ctrl-C reaches neither servers nor services: they are in groups of their own.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.log('interrupted: putting everything away')
    void Promise.resolve(stage?.[Symbol.asyncDispose]()).finally(() => process.exit(130))
  })
}
for (const fault of chosen) {
  stage ??= await openStage({ transport })
  console.log(`${fault.id}  ${fault.title}`)
  const result = await tryOne(fault, stage)
  results.push(result)
  const words =
    'outcome' in result
      ? [JSON.stringify(result.outcome.verdict), result.outcome.note ?? '']
      : lineOf(result).slice(-1)
  console.log(`    ${result.seconds.toFixed(0)} s  ${words.join('  ')}`)
  // What a fault has left behind is not to be blamed on the next one.
  if ('failed' in result || fault.id === 'F12') {
    await stage[Symbol.asyncDispose]()
    stage = undefined
  }
}
await stage?.[Symbol.asyncDispose]()

const heading = ['', 'fault', 'runs', 'kills', 'changes', 'lost', 'double', 'phantom', 'back after s', '']
console.log(`\n${alignTable([heading, ...results.map(lineOf)])}`)
const kills = results.reduce((sum, one) => sum + ('outcome' in one ? one.outcome.kills : 0), 0)
const bad = results.filter((one) => 'failed' in one || ('outcome' in one && !holds(one.outcome)))
console.log(`${kills} kills in all; ${results.length - bad.length} hold, ${bad.length} do not`)
process.exit(bad.length === 0 ? 0 : 1)
