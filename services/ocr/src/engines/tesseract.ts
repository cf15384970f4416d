import { availableParallelism } from 'node:os'
import type { Page, Word } from '@alta/contracts/resources/recognition'
import type { Page as Reading } from 'tesseract.js'
import type { PageImage } from '../pages/page-source.ts'
import { confidenceOf } from './confidence.ts'
import { eachAtOnce } from './each-at-once.ts'
import type { OcrEngine } from './engine.ts'
import { bundledLanguages } from './tesseract-languages.ts'
import { tesseractWorkers } from './tesseract-workers.ts'

/**
 * Tesseract compiled to WebAssembly, in worker threads.
 * @param options.workers threads, each reading one page at a time; a core each unless told
 */
export function tesseract(options: { workers?: number } = {}): OcrEngine {
  const workers = tesseractWorkers(options.workers ?? availableParallelism())

  return {
    name: 'tesseract',
    async read({ pages }, numbers, { languages, signal, kept, pageDone }) {
      const codes = codesFor(languages)
      const found = new Map<number, Page>()
      await eachAtOnce(numbers, workers.size, signal, async (number, abort) => {
        let page = await kept.page(number)
        if (!page) {
          const image = await pages.image(number)
          page = pageOf(number, image, await workers.recognise(imageFile(image), codes, abort))
          await kept.keepPage(page)
        }
        found.set(number, page)
        pageDone()
      })
      return numbers.flatMap((number) => found.get(number) ?? [])
    },
    close: () => workers.close(),
  }
}

/** All bundled languages that are asked for; English where none is known, because a guess beats nothing. */
function codesFor(languages: readonly string[]): string {
  const codes = languages.flatMap((language) => bundledLanguages[language] ?? [])
  return [...new Set(codes.length > 0 ? codes : ['eng'])].join('+')
}

/** A PGM: of all formats that Tesseract takes the one that costs nothing to write or to read. */
function imageFile({ grey, width, height, dpi }: PageImage): { bytes: Buffer; dpi: number | undefined } {
  return { bytes: Buffer.concat([Buffer.from(`P5 ${width} ${height} 255\n`), grey]), dpi }
}

/** Tesseract counts confidence from 0 to 100. */
function pageOf(number: number, { width, height }: PageImage, reading: Reading): Page {
  const lines = (reading.blocks ?? []).flatMap((block) =>
    block.paragraphs.flatMap((paragraph) => paragraph.lines),
  )
  const words: Word[] = lines.flatMap((line) =>
    line.words.map(({ text, confidence, bbox }) => ({
      text,
      confidence: Math.min(1, Math.max(0, confidence / 100)),
      box: { x: bbox.x0, y: bbox.y0, width: bbox.x1 - bbox.x0, height: bbox.y1 - bbox.y0 },
    })),
  )
  return {
    number,
    width,
    height,
    text: lines.map((line) => line.words.map((word) => word.text).join(' ')).join('\n'),
    confidence: confidenceOf(words),
    words,
    origin: 'ocr',
  }
}
