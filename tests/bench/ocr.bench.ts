import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { tesseract } from '../../services/ocr/src/engines/tesseract.ts'
import { languageFolder } from '../../services/ocr/src/engines/tesseract-languages.ts'
import { openPages } from '../../services/ocr/src/pages/open-pages.ts'
import type { PageImage } from '../../services/ocr/src/pages/page-source.ts'
import { median, now, ratio } from './figures.ts'
import type { Section } from './report.ts'

const run = promisify(execFile)
/** What a shell and env say of a command that is not installed. */
const NOT_FOUND = 127
const CORES = availableParallelism()
const SAMPLES = { 'scan.pdf': 'application/pdf', 'letter.png': 'image/png' }

/** One way to read the pages; gives the letters that it found, so that nobody is fast by reading nothing. */
interface Way {
  name: string
  read(): Promise<number>
}

/** Pages a minute of each round. */
type Rates = { way: Way; rates: number[]; letters: number }

/**
 * Pages a minute of our engine with all its threads, and of the native command with a process for each core, on
 * the same page images and language data, in turns.
 * @param seconds how long to go on beginning rounds; one round is always made
 * @returns medians, and how many times as fast as the command ours is
 * @throws {Error} when the command is not installed
 */
export async function benchOcr({
  seconds = 45,
} = {}): Promise<Section & { ours: number; native: number; ratio: number }> {
  const end = now() + seconds * 1_000
  const signal = AbortSignal.timeout(180_000)
  const folder = await mkdtemp(join(tmpdir(), 'alta-bench-ocr-'))
  const engine = tesseract()
  try {
    const images = await pageImages()
    const files = await writePages(folder, images)
    const all: Rates[] = [
      { name: 'Alta: tesseract.js, a thread for each core', read: ourWay(engine, images, signal) },
      { name: 'tesseract command, same language data', read: nativeWay(folder, files, folder, signal) },
      { name: 'tesseract command, Debian’s smaller data', read: nativeWay(folder, files, undefined, signal) },
    ].map((way) => ({ way, rates: [], letters: 0 }))
    await writeLanguage(folder)
    // Threads start with the first pages; the command starts with each round, and its half second is its own.
    await ourWay(engine, images.slice(-CORES), signal)()
    let longest = 0
    do {
      const began = now()
      for (const each of all) {
        const start = now()
        each.letters = await each.way.read()
        each.rates.push((images.length * 60_000) / (now() - start))
      }
      longest = Math.max(longest, now() - began)
    } while (now() + longest < end)
    return sectionOf(all, images.length)
  } finally {
    await engine.close()
    await rm(folder, { recursive: true })
  }
}

/** Rendered beforehand: only reading is measured. */
async function pageImages(): Promise<PageImage[]> {
  const images: PageImage[] = []
  for (const [name, mediaType] of Object.entries(SAMPLES)) {
    const bytes = await readFile(new URL(`../../samples/${name}`, import.meta.url))
    const pages = await openPages(bytes, mediaType)
    for (let number = 1; number <= pages.pageCount; number++) images.push(await pages.image(number))
    pages.close()
  }
  return images
}

const writePages = (folder: string, images: readonly PageImage[]): Promise<string[]> =>
  Promise.all(
    images.map(async ({ grey, width, height }, index) => {
      const file = join(folder, `${index}.pgm`)
      await writeFile(file, Buffer.concat([Buffer.from(`P5 ${width} ${height} 255\n`), grey]))
      return file
    }),
  )

/** The data that comes with the service, unpacked for the command. */
async function writeLanguage(folder: string): Promise<void> {
  await using packed = await languageFolder()
  const data = await promisify(gunzip)(await readFile(join(packed.path, 'eng.traineddata.gz')))
  await writeFile(join(folder, 'eng.traineddata'), data)
}

function ourWay(
  engine: ReturnType<typeof tesseract>,
  images: readonly PageImage[],
  signal: AbortSignal,
): Way['read'] {
  const pages = {
    pageCount: images.length,
    textLayer: async () => undefined,
    async image(number: number) {
      const image = images[number - 1]
      if (!image) throw new Error(`there is no page ${number}`)
      return image
    },
    close: () => undefined,
  }
  const kept = {
    page: async () => undefined,
    keepPage: async () => undefined,
    operation: async () => undefined,
    keepOperation: async () => undefined,
  }
  const numbers = images.map((_, index) => index + 1)
  const source = { bytes: Buffer.alloc(0), mediaType: 'image/png', pages }
  return async () => {
    const read = await engine.read(source, numbers, {
      languages: ['en'],
      signal,
      kept,
      pageDone: () => undefined,
    })
    return read.reduce((sum, page) => sum + page.text.length, 0)
  }
}

/** One process for each core, each with its share of the pages, so that language data is loaded once per process. */
function nativeWay(
  folder: string,
  files: readonly string[],
  tessdata: string | undefined,
  signal: AbortSignal,
): Way['read'] {
  const shares = Array.from({ length: Math.min(CORES, files.length) }, (_, core) =>
    files.filter((_, index) => index % CORES === core),
  )
  // More threads of OpenMP in one process than cores for it make the command slower, not faster.
  const command = ['OMP_THREAD_LIMIT=1', 'tesseract']
  return async () => {
    const texts = await Promise.all(
      shares.map(async (share, core) => {
        const list = join(folder, `share-${core}.txt`)
        await writeFile(list, share.join('\n'))
        const options = ['-l', 'eng', ...(tessdata ? ['--tessdata-dir', tessdata] : [])]
        const { stdout } = await run('env', [...command, list, 'stdout', ...options], { signal }).catch(
          (cause: { code?: unknown }) => {
            if (cause.code !== NOT_FOUND) throw cause
            throw new Error('the peer is missing: apt-get install tesseract-ocr', { cause })
          },
        )
        return stdout.length
      }),
    )
    return texts.reduce((sum, length) => sum + length, 0)
  }
}

function sectionOf(all: readonly Rates[], pages: number) {
  const [ours, native] = all
  if (!ours || !native) throw new Error('two ways have to be measured')
  const rate = (value: number) => value.toFixed(1)
  return {
    title: 'OCR against the native command',
    columns: ['way', 'pages/min', 'range', 'letters found', 'Alta is'],
    rows: all.map(({ way, rates, letters }) => [
      way.name,
      rate(median(rates)),
      `${rate(Math.min(...rates))} to ${rate(Math.max(...rates))}`,
      String(letters),
      way === ours.way ? '' : ratio(ours.rates, rates),
    ]),
    notes: [
      `${pages} pages at 300 dpi, rendered beforehand; ${ours.rates.length} × in turns on ${CORES} cores; the command has OMP_THREAD_LIMIT=1 and a process for each core.`,
      'Ours gives a box and a confidence for each word, the command plain text.',
    ],
    ours: median(ours.rates),
    native: median(native.rates),
    ratio: median(ours.rates.map((value, round) => value / (native.rates[round] ?? Number.NaN))),
  }
}
