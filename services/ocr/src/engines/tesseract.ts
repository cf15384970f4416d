import { copyFile, mkdtemp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Page, Word } from '@alta/contracts/resources/recognition'
import { createWorker, type Page as TesseractPage, type Worker } from 'tesseract.js'
import type { PageImage } from '../pages/page-source.ts'
import { Unreadable } from '../pages/unreadable.ts'
import type { OcrEngine } from './engine.ts'

/** Language data that is installed with the service, by ISO 639-1 code. */
const bundled: Readonly<Record<string, string>> = { en: 'eng', fr: 'fra' }

const LSTM_ONLY = 1

/**
 * Tesseract compiled to WebAssembly, in worker threads.
 * @param options.workers threads, each reading one page at a time; a core each unless told
 */
export function tesseract(options: { workers?: number } = {}): OcrEngine {
  const size = options.workers ?? availableParallelism()
  const pools = new Map<string, ReturnType<typeof workerPool>>()

  return {
    name: 'tesseract',
    async read({ pages }, numbers, { languages, signal, kept, pageDone }) {
      const code = codesFor(languages)
      let pool = pools.get(code)
      if (!pool) {
        pool = workerPool(code, size)
        pools.set(code, pool)
      }
      const found = new Map<number, Page>()
      const waiting = [...numbers]
      const readers = Array.from({ length: Math.min(size, numbers.length) }, async () => {
        for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
          signal.throwIfAborted()
          const page = (await kept.page(number)) ?? (await readPage(pool, number, await pages.image(number)))
          await kept.keepPage(page)
          found.set(number, page)
          pageDone()
        }
      })
      await Promise.all(readers)
      return numbers.flatMap((number) => found.get(number) ?? [])
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()))
    },
  }
}

/** All bundled languages that are asked for; English where none is known, because a guess beats nothing. */
function codesFor(languages: readonly string[]): string {
  const codes = languages.flatMap((language) => bundled[language] ?? [])
  return [...new Set(codes.length > 0 ? codes : ['eng'])].join('+')
}

async function readPage(
  pool: ReturnType<typeof workerPool>,
  number: number,
  image: PageImage,
): Promise<Page> {
  const { data } = await pool.use((worker) => worker.recognize(image.png, {}, { text: true, blocks: true }))
  return pageOf(number, image, data)
}

/** Tesseract counts confidence from 0 to 100. */
function pageOf(number: number, { width, height }: PageImage, data: TesseractPage): Page {
  const lines = (data.blocks ?? []).flatMap((block) =>
    block.paragraphs.flatMap((paragraph) => paragraph.lines),
  )
  const words: Word[] = lines.flatMap((line) =>
    line.words.map(({ text, confidence, bbox }) => ({
      text,
      confidence: confidence / 100,
      box: { x: bbox.x0, y: bbox.y0, width: bbox.x1 - bbox.x0, height: bbox.y1 - bbox.y0 },
    })),
  )
  const letters = words.reduce((sum, word) => sum + word.text.length, 0)
  const sure = words.reduce((sum, word) => sum + word.confidence * word.text.length, 0)
  return {
    number,
    width,
    height,
    text: lines.map((line) => line.words.map((word) => word.text).join(' ')).join('\n'),
    // Long words weigh more: a page is not unsure because of its commas.
    confidence: letters === 0 ? 0 : sure / letters,
    words,
    origin: 'ocr',
  }
}

/** Workers for one set of languages, started when first needed; one that fails is replaced. */
function workerPool(code: string, size: number) {
  const idle: Worker[] = []
  const queue: (() => void)[] = []
  let busy = 0

  async function use<Result>(work: (worker: Worker) => Promise<Result>): Promise<Result> {
    while (busy >= size) await new Promise<void>((resolve) => queue.push(resolve))
    busy++
    let worker: Worker | undefined
    try {
      worker = idle.pop() ?? (await startWorker(code))
      const result = await work(worker)
      idle.push(worker)
      return result
    } catch (error) {
      await worker?.terminate()
      throw error
    } finally {
      busy--
      queue.shift()?.()
    }
  }
  return {
    use,
    close: () => Promise.all(idle.splice(0).map((worker) => worker.terminate())),
  }
}

let languageFolder: Promise<string> | undefined

async function startWorker(code: string): Promise<Worker> {
  languageFolder ??= collectLanguages()
  const langPath = await languageFolder.catch((cause: unknown) => {
    languageFolder = undefined
    throw new Unreadable('engine_missing', 'The language data of Tesseract is not installed.', {
      cause,
      temporary: true,
    })
  })
  // Without a handler the library throws what a worker says out of any call, and the process ends.
  const errorHandler = () => undefined
  return createWorker(code, LSTM_ONLY, { langPath, cacheMethod: 'none', gzip: true, errorHandler })
}

/** Tesseract looks for all languages in one folder; each comes in a package of its own. */
async function collectLanguages(): Promise<string> {
  const { resolve } = createRequire(import.meta.url)
  const folder = await mkdtemp(join(tmpdir(), 'alta-tesseract-'))
  for (const code of Object.values(bundled)) {
    const data = join(dirname(resolve(`@tesseract.js-data/${code}/package.json`)), '4.0.0_best_int')
    await copyFile(join(data, `${code}.traineddata.gz`), join(folder, `${code}.traineddata.gz`))
  }
  return folder
}
