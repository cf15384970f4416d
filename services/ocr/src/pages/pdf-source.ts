import { PDFiumLibrary, type PDFiumPage } from '@hyzyla/pdfium'
import sharp from 'sharp'
import { checkPages, MAXIMUM_PIXELS, MAXIMUM_SIDE } from './limits.ts'
import type { PageSource } from './page-source.ts'
import { textLayerOf } from './text-layer.ts'
import { Unreadable } from './unreadable.ts'

/** Dots per inch that engines read best; large pages get fewer. */
const DPI = 300
const POINTS_PER_INCH = 72

let library: Promise<PDFiumLibrary> | undefined

/**
 * A PDF, shown by PDFium.
 * @throws {Unreadable} `unreadable_file` for one that is encrypted, truncated or otherwise broken; `too_many_pages`
 */
export async function pdfSource(bytes: Buffer): Promise<PageSource> {
  refuseTruncated(bytes)
  library ??= PDFiumLibrary.init()
  const document = await (await library).loadDocument(bytes).catch((cause: unknown) => {
    const locked = cause instanceof Error && /password|security/i.test(cause.message)
    throw new Unreadable(
      'unreadable_file',
      locked
        ? 'The PDF is encrypted; upload it without a password.'
        : 'The PDF is damaged or ends too early.',
      { cause },
    )
  })
  try {
    checkPages(document.getPageCount())
  } catch (error) {
    document.destroy()
    throw error
  }

  return {
    pageCount: document.getPageCount(),
    async textLayer(number) {
      const page = document.getPage(number - 1)
      return textLayerOf(page, scaleOf(page))
    },
    async image(number) {
      const page = document.getPage(number - 1)
      const scale = scaleOf(page)
      const { data, width, height } = await page.render({ scale, colorSpace: 'BGRA', render: 'bitmap' })
      // Grey has no order of channels, so BGRA need not be turned into RGBA first.
      const png = await sharp(data, { raw: { width, height, channels: 4 } })
        .flatten({ background: 'white' })
        .greyscale()
        // Tesseract guesses the size of letters from it, and warns when it is missing.
        .withMetadata({ density: Math.round(scale * POINTS_PER_INCH) })
        .png({ compressionLevel: 1 })
        .toBuffer()
      return { png, width, height }
    },
    close: () => document.destroy(),
  }
}

/**
 * PDFium mends what it can: of a file cut in the middle it shows the pages it finds and says nothing. Whoever
 * uploads half a file must hear of it, so the end has to be there (ISO 32000-1, 7.5.5).
 */
function refuseTruncated(bytes: Buffer): void {
  if (!bytes.subarray(-2048).includes('%%EOF')) {
    throw new Unreadable('unreadable_file', 'The PDF ends too early: its last part is missing.')
  }
}

function scaleOf(page: PDFiumPage): number {
  const { originalWidth: width, originalHeight: height } = page.getOriginalSize()
  if (!(width > 0 && height > 0))
    throw new Unreadable('unreadable_file', 'The PDF has a page without a size.')
  const byArea = Math.sqrt(MAXIMUM_PIXELS / (width * height))
  const bySide = MAXIMUM_SIDE / Math.max(width, height)
  return Math.min(DPI / POINTS_PER_INCH, byArea, bySide)
}
