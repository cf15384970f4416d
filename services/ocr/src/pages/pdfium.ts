import { PDFiumModule } from '@hyzyla/pdfium'

type Declared = Awaited<ReturnType<typeof PDFiumModule>>

/**
 * PDFium's C interface as far as it is used here (fpdfview.h, fpdf_text.h, fpdf_edit.h, fpdf_annot.h).
 * The package compiles all of it and declares a part; pointers are numbers into HEAPU8.
 */
export interface Pdfium extends Declared {
  _FPDF_PageToDevice(
    page: number,
    startX: number,
    startY: number,
    width: number,
    height: number,
    rotate: number,
    pageX: number,
    pageY: number,
    deviceX: number,
    deviceY: number,
  ): number
  _FPDFText_GetUnicode(textPage: number, index: number): number
  _FPDFText_HasUnicodeMapError(textPage: number, index: number): number
  _FPDFText_GetTextObject(textPage: number, index: number): number
  _FPDFText_GetCharBox(
    textPage: number,
    index: number,
    left: number,
    right: number,
    bottom: number,
    top: number,
  ): number
  _FPDFTextObj_GetTextRenderMode(object: number): number
  _FPDFPageObj_GetBounds(object: number, left: number, bottom: number, right: number, top: number): number
  _FPDFPage_GetAnnotCount(page: number): number
  _FPDFPage_GetAnnot(page: number, index: number): number
  _FPDFPage_CloseAnnot(annotation: number): void
  _FPDFAnnot_GetSubtype(annotation: number): number
}

/** Loads PDFium. Its memory grows to what the largest page needs and is given back with the thread. */
export async function loadPdfium(): Promise<Pdfium> {
  // The functions that the package leaves undeclared are in the same table.
  const module = (await PDFiumModule({})) as Pdfium
  // No settings: an object is a null pointer to WebAssembly.
  module._FPDF_InitLibraryWithConfig({})
  return module
}

/** Calls `use` with the address of `count` doubles, and gives back what they hold afterwards. */
export function withDoubles(
  module: Pdfium,
  count: number,
  use: (address: number) => unknown,
): number[] | undefined {
  const address = module.wasmExports.malloc(count * 8)
  try {
    // Made after the call: the heap moves when it grows.
    return use(address) ? [...new Float64Array(module.HEAPU8.buffer, address, count)] : undefined
  } finally {
    module.wasmExports.free(address)
  }
}
