import { join } from 'node:path'
import { readState } from '../../platform/src/supervisor/state.ts'
import { Client, formWith } from '../support/client.ts'
import { readPlatform, runPlatform } from '../support/platform.ts'
import { short } from './config.ts'
import { forSeconds, milliseconds, now, percentile, perSecond } from './figures.ts'
import type { Section } from './report.ts'
import { textPdf } from './text-pdf.ts'

const CALLERS = 4
const SECONDS = short ? 6 : 20
const FILE_BYTES = 20_000

/** Uploads as a client sees them: sent to the gateway, answered 201 when file, row and events are committed. */
export async function benchUploads(): Promise<Section> {
  await using platform = await openPlatform()
  const client = await new Client(platform.gatewayUrl).register('Bench Mark')
  const projectId = await client.project({ name: 'Bench' })
  try {
    const reads = await measure(SECONDS / 4, 200, () => client.call('GET', `/api/v1/projects/${projectId}`))
    const path = `/api/v1/projects/${projectId}/documents`
    const upload = () => {
      const file = textPdf(`No two are alike: ${crypto.randomUUID()}`, FILE_BYTES)
      return client.call('POST', path, formWith(file, 'letter.pdf', { title: 'Letter', language: 'en' }))
    }
    for (let warm = 0; warm < 5; warm++) await upload()
    const uploads = await measure(SECONDS, 201, upload)
    return {
      title: 'Uploads through the gateway',
      columns: ['request', 'good answers/s', 'p50 / p90 ms', 'good answers', 'other answers'],
      rows: [
        ['upload a PDF of 20 kB', ...cells(uploads)],
        ['for comparison: read a project', ...cells(reads)],
      ],
      notes: [
        `${CALLERS} callers for ${SECONDS} s, each file different, on ${platform.whose}; good is 201 and 200. The way: gateway, two sidecars, documents, disk and PostgreSQL.`,
        'The pages are read and their results stored at the same time on the same cores: what is measured is taking files in while working on them.',
      ],
    }
  } finally {
    await client.call('DELETE', `/api/v1/projects/${projectId}`)
  }
}

interface Measured {
  rate: number
  took: number[]
  /** How often each other status came. */
  others: Map<number, number>
}

async function measure(
  seconds: number,
  good: number,
  request: () => Promise<{ status: number }>,
): Promise<Measured> {
  const took: number[] = []
  const others = new Map<number, number>()
  const { count, perSecond: all } = await forSeconds(seconds, CALLERS, async () => {
    const began = now()
    const { status } = await request()
    if (status === good) took.push(now() - began)
    else others.set(status, (others.get(status) ?? 0) + 1)
  })
  return { rate: (all * took.length) / count, took, others }
}

const cells = ({ rate, took, others }: Measured): string[] => [
  rate < 100 ? rate.toFixed(1) : perSecond(rate),
  `${milliseconds(percentile(took, 0.5))} / ${milliseconds(percentile(took, 0.9))}`,
  String(took.length),
  others.size === 0 ? 'none' : [...others].map(([status, times]) => `${times} × ${status}`).join(', '),
]

interface Platform extends AsyncDisposable {
  gatewayUrl: string
  whose: string
}

/** The platform of `make up` when it runs, else one of the bench's own for as long as it takes. */
async function openPlatform(): Promise<Platform> {
  const running = await readState(join(import.meta.dirname, '../../.alta'))
  if (running?.processes.every(({ ready }) => ready)) {
    const { gatewayUrl } = running
    return { gatewayUrl, whose: 'the platform that was up', [Symbol.asyncDispose]: async () => undefined }
  }
  const own = runPlatform({}, 'bench')
  await own.up()
  return {
    gatewayUrl: readPlatform(own.home).gatewayUrl,
    whose: 'a fresh platform',
    [Symbol.asyncDispose]: own.down,
  }
}
