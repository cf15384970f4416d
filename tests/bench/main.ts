// `make bench`: what Alta says about its speed, measured on this machine beside its peers. `--short` for a look.
import { writeFile } from 'node:fs/promises'
import { short } from './config.ts'
import { describeMachine } from './machine.ts'
import { benchLatency } from './messaging/latency.bench.ts'
import { benchRelay } from './messaging/relay.bench.ts'
import { openStage } from './messaging/stage.ts'
import { benchThroughput } from './messaging/throughput.bench.ts'
import { benchOcr } from './ocr.bench.ts'
import { documentOf, printSection, type Section } from './report.ts'
import { benchUploads } from './uploads.bench.ts'

const began = Date.now()
const say = (text: string) =>
  console.log(`${((Date.now() - began) / 1_000).toFixed(0).padStart(4)} s  ${text}`)
const sections: Section[] = []

/** One bench that fails is said so, and does not take the others with it. */
async function measure(what: string, bench: () => Promise<Section>): Promise<void> {
  say(what)
  try {
    sections.push(await bench())
  } catch (error) {
    process.exitCode = 1
    console.error(`✗ ${what}:`, error)
  }
}

async function messaging(): Promise<void> {
  say('messaging: starting broker vhost, database, consumer and two sidecars')
  await using stage = await openStage()
  // Ctrl-C still removes the vhost, the database and the keys.
  const interrupted = () => {
    void Promise.resolve(stage[Symbol.asyncDispose]()).finally(() => process.exit(130))
  }
  process.once('SIGINT', interrupted)
  await measure('messaging: latency', () => benchLatency(stage))
  await measure('messaging: throughput', () => benchThroughput(stage))
  await measure('messaging: the relay alone', () => benchRelay(stage))
  process.off('SIGINT', interrupted)
}

const machine = await describeMachine()
console.log(machine.join('\n'))
await messaging()
await measure('uploads through the gateway', benchUploads)
await measure('OCR against the tesseract command', () => benchOcr({ seconds: short ? 15 : 45 }))

for (const section of sections) printSection(section)
say('done')
if (!short && process.exitCode === undefined) {
  await writeFile(new URL('../../docs/benchmarks.md', import.meta.url), documentOf(machine, sections))
  console.log('written to docs/benchmarks.md')
}
// Clients that keep connections open for reuse would hold the process for their idle time.
process.exit()
