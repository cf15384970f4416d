// `make bench`: what Alta says about its speed, measured on this machine beside its peers. See config.ts for its options.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { only, short, write } from './config.ts'
import { benchAnalytics } from './dashboard.bench.ts'
import { chartOf } from './exactly-once/chart.ts'
import { compare } from './exactly-once/comparison.ts'
import { exactlyOnceSection } from './exactly-once/exactly-once.bench.ts'
import { benchHop } from './hop.bench.ts'
import { benchLimits } from './limits.bench.ts'
import { benchFlood } from './limits-flood.bench.ts'
import { benchLive } from './live.bench.ts'
import { describeMachine } from './machine.ts'
import { benchLatency } from './messaging/latency.bench.ts'
import { benchRelay } from './messaging/relay.bench.ts'
import { openStage, type Stage } from './messaging/stage.ts'
import { benchOcr } from './ocr.bench.ts'
import { installPeers, installTesseract } from './peers/install.ts'
import { pythonVersions } from './peers/versions.ts'
import { documentOf, printSection, type Section } from './report.ts'
import { benchSignIn } from './sign-in.bench.ts'
import { benchUploads } from './uploads.bench.ts'

const began = Date.now()
const say = (text: string) =>
  console.log(`${((Date.now() - began) / 1_000).toFixed(0).padStart(4)} s  ${text}`)
const docs = new URL('../../docs/', import.meta.url)
const sections: Section[] = []
const pictures = new Map<string, string>()
const load = (loadavg()[0] ?? 0).toFixed(2)

/** One bench that fails is said so, and does not take the others with it. */
async function measure(part: string, what: string, bench: () => Promise<Section>): Promise<void> {
  if (!wanted(part)) return
  say(what)
  try {
    const section = await bench()
    const measured = `Measured on ${new Date().toISOString().slice(0, 10)}; load before the run ${load}.`
    sections.push({ ...section, notes: [measured, ...section.notes] })
  } catch (error) {
    process.exitCode = 1
    console.error(`✗ ${what}:`, error)
  }
}

const wanted = (part: string) => only.length === 0 || only.includes(part)

async function messaging(): Promise<void> {
  if (!['exactly-once', 'latency', 'relay'].some(wanted)) return
  say('messaging: starting broker vhost, database, consumer and two sidecars')
  await using stage = await openStage()
  // Ctrl-C still removes the vhost, the database and the keys.
  const interrupted = () => {
    void Promise.resolve(stage[Symbol.asyncDispose]()).finally(() => process.exit(130))
  }
  process.once('SIGINT', interrupted)
  await measure('exactly-once', 'exactly once, against other ways', () => exactlyOnce(stage))
  await measure('latency', 'messaging: latency', () => benchLatency(stage))
  await measure('relay', 'messaging: the relay alone', () => benchRelay(stage))
  process.off('SIGINT', interrupted)
}

async function exactlyOnce(stage: Stage): Promise<Section> {
  await installPeers(say)
  const comparison = await compare(stage, say)
  const section = exactlyOnceSection(comparison, await pythonVersions())
  if (section.picture) pictures.set(section.picture.file, chartOf(comparison))
  return section
}

const machine = await describeMachine()
console.log(machine.join('\n'))
await messaging()
await measure('limits', 'limits: decisions on requests', benchLimits)
await measure('flood', 'limits: four gateways at five times the limit', benchFlood)
await measure('live', 'live updates: from commit to a thousand clients', benchLive)
await measure('hop', 'the hop through the gateway, beside other proxies', () => benchHop(say))
await measure('uploads', 'uploads through the gateway', benchUploads)
await measure('sign-in', 'sign-in: the parameters of Argon2id', benchSignIn)
await measure('analytics', 'figures: the dashboard over a year of events', () => benchAnalytics(say))
await measure('ocr', 'OCR against the tesseract command', async () => {
  await installTesseract(say)
  return benchOcr({ seconds: short ? 15 : 45 })
})

for (const section of sections) printSection(section)
say('done')
if (write) {
  const file = new URL('benchmarks.md', docs)
  const before = await readFile(file, 'utf8').catch(() => '')
  await writeFile(file, documentOf(machine, sections, before))
  await mkdir(new URL('pictures/', docs), { recursive: true })
  for (const [name, svg] of pictures) await writeFile(new URL(`pictures/${name}`, docs), svg)
  console.log('written to docs/benchmarks.md')
}
// Clients that keep connections open for reuse would hold the process for their idle time.
process.exit()
