import type { PdfPage } from './pdf-page.ts'
import { withDoubles } from './pdfium.ts'
import type { Glyph } from './text-layer.ts'

/** Fewer characters than this are a page number. */
const FEWEST = 16
/** Fewer characters than this over a picture of the whole page are a stamp on a scan. */
const FEWEST_OVER_A_SCAN = 200
/** Private characters are bullets and ornaments; a layer with more of them than this has a broken font. */
const LARGEST_SHARE_OF_ORNAMENTS = 0.05
/** A picture that covers more of the paper than this is the page. */
const WHOLE_PAGE = 0.8

// fpdf_edit.h and fpdf_annot.h
const IMAGE = 3
const ANNOTATIONS_WITH_TEXT: ReadonlySet<number> = new Set([3, 13, 20]) // free text, stamp, form field

/** Whether the layer says what a reader of the page would see, all of it and nothing else. */
export function isWholeText(page: PdfPage, glyphs: readonly Glyph[]): boolean {
  const characters = glyphs.filter((glyph) => /\S/u.test(glyph.text))
  const share = (matches: (glyph: Glyph) => boolean) => characters.filter(matches).length / characters.length
  if (characters.length < FEWEST) return false
  // One character that the font does not name is enough: the layer would be taken for certain, and nobody would look.
  if (characters.some(isRubbish)) return false
  if (share(({ text }) => /\p{Co}/u.test(text)) > LARGEST_SHARE_OF_ORNAMENTS) return false
  // Another program's guess at a scan, without its confidence: ours at least says how sure it is.
  if (share((glyph) => glyph.invisible) > 0.5) return false
  if (characters.length < FEWEST_OVER_A_SCAN && coveredByPictures(page)) return false
  // What was typed into a form or stamped on the page is not part of the layer.
  return !hasTextInAnnotations(page)
}

const isRubbish = (glyph: Glyph): boolean => glyph.unknown || /[\p{Cc}\p{Cn}\p{Cs}\uFFFD]/u.test(glyph.text)

function coveredByPictures({ module, pointer }: PdfPage): boolean {
  const area = module._FPDF_GetPageWidth(pointer) * module._FPDF_GetPageHeight(pointer)
  let covered = 0
  for (let index = 0; index < module._FPDFPage_CountObjects(pointer); index++) {
    const object = module._FPDFPage_GetObject(pointer, index)
    if (module._FPDFPageObj_GetType(object) !== IMAGE) continue
    const [left = 0, bottom = 0, right = 0, top = 0] = boundsOf(module, object)
    covered += Math.max(0, right - left) * Math.max(0, top - bottom)
  }
  return covered / area > WHOLE_PAGE
}

/** Left, bottom, right, top in points: four floats, which fit where two doubles do. */
function boundsOf(module: PdfPage['module'], object: number): number[] {
  const doubles = withDoubles(module, 2, (at) =>
    module._FPDFPageObj_GetBounds(object, at, at + 4, at + 8, at + 12),
  )
  return doubles ? [...new Float32Array(Float64Array.from(doubles).buffer)] : []
}

function hasTextInAnnotations({ module, pointer }: PdfPage): boolean {
  for (let index = 0; index < module._FPDFPage_GetAnnotCount(pointer); index++) {
    const annotation = module._FPDFPage_GetAnnot(pointer, index)
    if (!annotation) continue
    const kind = module._FPDFAnnot_GetSubtype(annotation)
    module._FPDFPage_CloseAnnot(annotation)
    if (ANNOTATIONS_WITH_TEXT.has(kind)) return true
  }
  return false
}
