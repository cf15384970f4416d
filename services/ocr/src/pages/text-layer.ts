import type { Page, Word } from '@alta/contracts/resources/recognition'
import type { PDFiumPage } from '@hyzyla/pdfium'

/** What of PDFium's C interface (fpdf_text.h) is needed here; the library's own types leave it out. */
interface Pdfium {
  _FPDFText_LoadPage(page: number): number
  _FPDFText_ClosePage(textPage: number): void
  _FPDFText_CountChars(textPage: number): number
  _FPDFText_GetUnicode(textPage: number, index: number): number
  _FPDFText_GetCharBox(
    page: number,
    i: number,
    left: number,
    right: number,
    bottom: number,
    top: number,
  ): number
  wasmExports: { malloc(bytes: number): number; free(pointer: number): void }
  HEAPU8: Uint8Array
}

interface Glyph {
  text: string
  left: number
  right: number
  bottom: number
  top: number
}

/** Fewer characters than this are a page number or a stamp on a scan. */
const FEWEST = 16
/** A layer with more rubbish than this was made by a broken font or a poor OCR. */
const LARGEST_SHARE_OF_RUBBISH = 0.05

/**
 * The text that a PDF page carries, with a box for each word; undefined when there is none or it is not sound,
 * so that the page is read by an engine.
 * @param scale pixels of the page image for each point of the page
 */
export function textLayerOf(page: PDFiumPage, scale: number): Page | undefined {
  const glyphs = glyphsOf(page)
  if (!isSound(glyphs)) return undefined
  const { originalWidth, originalHeight } = page.getOriginalSize()
  const lines = linesOf(glyphs)
  const words: Word[] = lines.flat().map((word) => ({
    text: word.map((glyph) => glyph.text).join(''),
    // Not read but known.
    confidence: 1,
    box: boxAround(word, originalHeight, scale),
  }))
  return {
    number: page.number + 1,
    width: Math.round(originalWidth * scale),
    height: Math.round(originalHeight * scale),
    text: lines
      .map((line) => line.map((word) => word.map((glyph) => glyph.text).join('')).join(' '))
      .join('\n'),
    confidence: 1,
    words,
    origin: 'text-layer',
  }
}

function isSound(glyphs: readonly Glyph[]): boolean {
  const visible = glyphs.filter((glyph) => /\S/u.test(glyph.text))
  const rubbish = visible.filter((glyph) => /[\p{Cc}\p{Co}\p{Cn}\uFFFD]/u.test(glyph.text))
  return visible.length >= FEWEST && rubbish.length / visible.length <= LARGEST_SHARE_OF_RUBBISH
}

function glyphsOf(page: PDFiumPage): Glyph[] {
  // The fields are private in the library's types and there at run time; tests over real PDFs would notice a change.
  const { module, pageIdx } = page as unknown as { module: Pdfium; pageIdx: number }
  const textPage = module._FPDFText_LoadPage(pageIdx)
  if (!textPage) return []
  const boxes = module.wasmExports.malloc(4 * 8)
  try {
    const glyphs: Glyph[] = []
    for (let index = 0; index < module._FPDFText_CountChars(textPage); index++) {
      const code = module._FPDFText_GetUnicode(textPage, index)
      const found = module._FPDFText_GetCharBox(textPage, index, boxes, boxes + 8, boxes + 16, boxes + 24)
      // Made anew each time: the heap moves when it grows.
      const [left = 0, right = 0, bottom = 0, top = 0] = found
        ? new Float64Array(module.HEAPU8.buffer, boxes, 4)
        : []
      glyphs.push({ text: code === 0 ? '\uFFFD' : String.fromCodePoint(code), left, right, bottom, top })
    }
    return glyphs
  } finally {
    module.wasmExports.free(boxes)
    module._FPDFText_ClosePage(textPage)
  }
}

/** Lines of words of glyphs: PDFium puts a blank between words and a line break between lines. */
function linesOf(glyphs: readonly Glyph[]): Glyph[][][] {
  const lines: Glyph[][][] = [[]]
  let word: Glyph[] = []
  const endWord = () => {
    if (word.length > 0) lines.at(-1)?.push(word)
    word = []
  }
  for (const glyph of glyphs) {
    if (/\S/u.test(glyph.text)) {
      word.push(glyph)
    } else {
      endWord()
      if (/[\r\n]/.test(glyph.text) && lines.at(-1)?.length) lines.push([])
    }
  }
  endWord()
  return lines.filter((line) => line.length > 0)
}

/** PDF counts points from the bottom left corner, images count pixels from the top left one. */
function boxAround(word: readonly Glyph[], pageHeight: number, scale: number): Word['box'] {
  const left = Math.min(...word.map((glyph) => glyph.left))
  const right = Math.max(...word.map((glyph) => glyph.right))
  const top = Math.max(...word.map((glyph) => glyph.top))
  const bottom = Math.min(...word.map((glyph) => glyph.bottom))
  const pixels = (points: number) => Math.max(0, Math.round(points * scale))
  return {
    x: pixels(left),
    y: pixels(pageHeight - top),
    width: pixels(right - left),
    height: pixels(top - bottom),
  }
}
