import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'
import { MAXIMUM_PIXELS, MAXIMUM_SIDE, type Size, shownSize } from './limits.ts'
import type { Pdfium } from './pdfium.ts'

/** Dots per inch that engines read best; large pages get fewer. */
const DPI = 300
const POINTS_PER_INCH = 72

const RGBA = 4
const WHITE = 0xffffffff

// fpdfview.h
const FOUR_BYTES = 4
const WITH_ANNOTATIONS = 0x01
const RED_FIRST = 0x10

/** An open page, and the size of the picture that its boxes refer to. */
export interface PdfPage {
  readonly module: Pdfium
  readonly pointer: number
  readonly number: number
  /** Pixels. */
  readonly width: number
  readonly height: number
  readonly dpi: number
}

/** Opens a page for as long as `use` takes. @throws {RecognitionFailure} `unreadable_file` */
export function withPage<Result>(
  module: Pdfium,
  document: number,
  number: number,
  use: (page: PdfPage) => Result,
): Result {
  const pointer = module._FPDF_LoadPage(document, number - 1)
  if (!pointer) throw new RecognitionFailure('unreadable_file', `Page ${number} of the PDF is damaged.`)
  try {
    const points = {
      width: module._FPDF_GetPageWidth(pointer),
      height: module._FPDF_GetPageHeight(pointer),
    }
    if (!(points.width > 0 && points.height > 0))
      throw new RecognitionFailure('unreadable_file', `Page ${number} of the PDF has no size.`)
    const scale = scaleOf(points)
    return use({
      module,
      pointer,
      number,
      width: Math.max(1, Math.floor(points.width * scale)),
      height: Math.max(1, Math.floor(points.height * scale)),
      dpi: Math.max(1, Math.round(scale * POINTS_PER_INCH)),
    })
  } finally {
    module._FPDF_ClosePage(pointer)
  }
}

/** Pixels for each point. */
function scaleOf({ width, height }: { width: number; height: number }): number {
  const byArea = Math.sqrt(MAXIMUM_PIXELS / (width * height))
  const bySide = MAXIMUM_SIDE / Math.max(width, height)
  return Math.min(DPI / POINTS_PER_INCH, byArea, bySide)
}

/** The page as it would be printed, a byte of grey for each pixel. */
export function greyOf(page: PdfPage): Uint8Array<ArrayBuffer> {
  return drawn(page, page, (coloured) => {
    const grey = new Uint8Array(page.width * page.height)
    for (let at = 0, from = 0; at < grey.length; at++, from += RGBA) {
      const red = coloured[from] ?? 0
      const green = coloured[from + 1] ?? 0
      const blue = coloured[from + 2] ?? 0
      // Brightness as the eye has it (ITU-R BT.601), in 1/256.
      grey[at] = (blue * 29 + green * 150 + red * 77) >> 8
    }
    return grey
  })
}

/** The page as it would be printed, in the size in which it is shown: red, green, blue and a byte that says nothing. */
export function coloursOf(page: PdfPage): Size & { pixels: Uint8Array<ArrayBuffer> } {
  const size = shownSize(page)
  return { ...size, pixels: drawn(page, size, (coloured) => coloured.slice()) }
}

/** Hands out the page on white paper, stretched to `size`, in memory that is given back afterwards. */
function drawn(
  { module, pointer }: PdfPage,
  { width, height }: Size,
  take: (coloured: Uint8Array) => Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const size = width * height * RGBA
  const pixels = module.wasmExports.malloc(size)
  if (!pixels) throw new Error('no memory for a page')
  try {
    const bitmap = module._FPDFBitmap_CreateEx(width, height, FOUR_BYTES, pixels, width * RGBA)
    module._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE)
    module._FPDF_RenderPageBitmap(bitmap, pointer, 0, 0, width, height, 0, WITH_ANNOTATIONS | RED_FIRST)
    module._FPDFBitmap_Destroy(bitmap)
    return take(module.HEAPU8.subarray(pixels, pixels + size))
  } finally {
    module.wasmExports.free(pixels)
  }
}
