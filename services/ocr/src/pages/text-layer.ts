import type { Page, Word } from '@alta/contracts/resources/recognition'
import type { PdfPage } from './pdf-page.ts'
import { withDoubles } from './pdfium.ts'
import { isWholeText } from './text-layer-soundness.ts'

/** A character, with its edges in pixels of the page image where PDFium knows them. */
export interface Glyph {
  readonly text: string
  readonly edges: Edges | undefined
  /** The font does not say which character this is. */
  readonly unknown: boolean
  /** Written to be found, not to be seen: what scanning programs lay under their pictures. */
  readonly invisible: boolean
}

interface Edges {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const INVISIBLE = 3
/** PDFium's sign for a hyphen that divides a word at the end of a line. */
const LINE_END_HYPHEN = 2

/**
 * The text that a PDF page carries, with a box for each word; undefined when there is none, when it is not
 * sound, or when it is not all that can be seen, so that an engine reads the page.
 */
export function textLayerOf(page: PdfPage): Page | undefined {
  const glyphs = glyphsOf(page)
  if (!isWholeText(page, glyphs)) return undefined
  const lines = linesOf(glyphs)
  return {
    number: page.number,
    width: page.width,
    height: page.height,
    text: lines.map((line) => line.map(textOf).join(' ')).join('\n'),
    // Not read but known.
    confidence: 1,
    words: lines
      .flat()
      .map((word): Word => ({ text: textOf(word), confidence: 1, box: boxAround(word, page) })),
    origin: 'text-layer',
  }
}

function glyphsOf(page: PdfPage): Glyph[] {
  const { module } = page
  const textPage = module._FPDFText_LoadPage(page.pointer)
  if (!textPage) return []
  try {
    return Array.from({ length: Math.max(0, module._FPDFText_CountChars(textPage)) }, (_, index) => {
      const code = module._FPDFText_GetUnicode(textPage, index)
      const object = module._FPDFText_GetTextObject(textPage, index)
      return {
        text: characterOf(code),
        edges: edgesOf(page, textPage, index),
        unknown: code === 0 || module._FPDFText_HasUnicodeMapError(textPage, index) === 1,
        invisible: object !== 0 && module._FPDFTextObj_GetTextRenderMode(object) === INVISIBLE,
      }
    })
  } finally {
    module._FPDFText_ClosePage(textPage)
  }
}

/** One character, ligatures taken apart: "ﬁ" is a matter of the font. */
function characterOf(code: number): string {
  if (code === LINE_END_HYPHEN) return '-'
  const text = code === 0 ? '\uFFFD' : String.fromCodePoint(code)
  return /[\uFB00-\uFB06]/.test(text) ? text.normalize('NFKC') : text
}

/** PDF counts points from the bottom left corner of a page that may be turned; images count pixels. */
function edgesOf(page: PdfPage, textPage: number, index: number): Edges | undefined {
  const { module } = page
  const box = withDoubles(module, 4, (at) =>
    module._FPDFText_GetCharBox(textPage, index, at, at + 8, at + 16, at + 24),
  )
  if (!box) return undefined
  const [left = 0, right = 0, bottom = 0, top = 0] = box
  const [x1, y1] = onImage(page, left, top)
  const [x2, y2] = onImage(page, right, bottom)
  return { left: Math.min(x1, x2), right: Math.max(x1, x2), top: Math.min(y1, y2), bottom: Math.max(y1, y2) }
}

function onImage({ module, pointer, width, height }: PdfPage, x: number, y: number): [number, number] {
  const at = module.wasmExports.malloc(8)
  try {
    module._FPDF_PageToDevice(pointer, 0, 0, width, height, 0, x, y, at, at + 4)
    return [module.HEAP32[at / 4] ?? 0, module.HEAP32[at / 4 + 1] ?? 0]
  } finally {
    module.wasmExports.free(at)
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

const textOf = (word: readonly Glyph[]): string => word.map((glyph) => glyph.text).join('')

/** Text may hang over the edge of the paper; its box ends there. */
function boxAround(word: readonly Glyph[], { width, height }: PdfPage): Word['box'] {
  const edges = word.flatMap((glyph) => glyph.edges ?? [])
  const within = (value: number, limit: number) => Math.min(Math.max(0, value), limit)
  const x = within(Math.min(...edges.map((edge) => edge.left)), width)
  const y = within(Math.min(...edges.map((edge) => edge.top)), height)
  return {
    x,
    y,
    width: within(Math.max(...edges.map((edge) => edge.right)), width) - x,
    height: within(Math.max(...edges.map((edge) => edge.bottom)), height) - y,
  }
}
