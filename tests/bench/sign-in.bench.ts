import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'
import { rounds, short } from './config.ts'
import type { Section } from './report.ts'

const run = promisify(execFile)
const program = new URL('./sign-in/hash.ts', import.meta.url).pathname
const measured = z.object({ times: z.record(z.string(), z.array(z.number())), peakKiB: z.number() })

/** KiB and passes: ours, OWASP's other choices of what it takes for equally strong, and what Ory Kratos begins with. */
const OURS = '47104/1'
const sets = [OURS, '19456/2', '12288/3', '9216/4', '7168/5', '131072/1']

const hash = async (count: number, ...which: string[]) => {
  const { stdout } = await run(process.execPath, [program, String(count), ...which])
  return measured.parse(JSON.parse(stdout))
}
const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN

/** What a password costs whoever signs in, and whoever tries a stolen hash: processor time, and memory for as long. */
export async function benchSignIn(): Promise<Section> {
  const { times } = await hash(short ? 7 : rounds * 7, ...sets)
  const rest = (await hash(1, '64/1')).peakKiB
  const found = []
  for (const set of sets) {
    const [memory = 0, passes = 0] = set.split('/').map(Number)
    const milliseconds = median(times[set] ?? [])
    const peak = ((await hash(3, set)).peakKiB - rest) / 1024
    found.push({ set, memory, passes, milliseconds, peak, area: (memory / 1024) * milliseconds })
  }
  const ours = found.find(({ set }) => set === OURS)
  const ratio = (value: number, of: number | undefined) => `${(value / (of ?? Number.NaN)).toFixed(2)}`
  return {
    title: 'A password: Argon2id’s parameters',
    columns: [
      'memory, passes',
      'processor time (ms)',
      'beside ours',
      'memory that it took (MiB)',
      'memory × time beside ours',
    ],
    rows: found.map(({ memory, passes, milliseconds, peak, area }) => [
      `${(memory / 1024).toFixed(0)} MiB, ${passes}`,
      milliseconds.toFixed(1),
      ratio(milliseconds, ours?.milliseconds),
      peak.toFixed(0),
      ratio(area, ours?.area),
    ]),
    notes: [
      'Processor time of one hash in a process of its own, the median, all sets in turns; one lane, as in identity.',
      'Memory × time is what a guess costs whoever builds hardware for it: the more of it for the same time at the sign-in, the better.',
      'The first row is what identity uses, the next four are the others of OWASP’s list, the last is where Ory Kratos begins.',
    ],
  }
}
