// The thread of one open PDF. PDFium blocks whoever calls it, for as long as a page made to be slow takes,
// and keeps what memory it once had; here it can be ended, and both are over.
import { parentPort, workerData } from 'node:worker_threads'
import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'
import { checkPages } from './limits.ts'
import { coloursOf, greyOf, withPage } from './pdf-page.ts'
import type { Answer, Opened, Question } from './pdf-source.ts'
import { loadPdfium, type Pdfium } from './pdfium.ts'
import { textLayerOf } from './text-layer.ts'

const NEEDS_A_PASSWORD = 4
const UNKNOWN_SECURITY = 5

const port = parentPort
if (!port) throw new Error('pdf-thread.ts runs as a worker thread')
const module = await loadPdfium()
const opened = answered(0, () => openDocument(module, workerData))
port.postMessage(opened)

port.on('message', ({ id, kind, number }: Question) => {
  const document = 'value' in opened ? opened.value.document : 0
  if (kind === 'text') {
    port.postMessage(answered(id, () => withPage(module, document, number, textLayerOf)))
    return
  }
  if (kind === 'colours') {
    const answer = answered(id, () => withPage(module, document, number, coloursOf))
    port.postMessage(answer, 'value' in answer ? [answer.value.pixels.buffer] : [])
    return
  }
  const answer = answered(id, () =>
    withPage(module, document, number, (page) => {
      const { width, height, dpi } = page
      return { grey: greyOf(page), width, height, dpi }
    }),
  )
  port.postMessage(answer, 'value' in answer ? [answer.value.grey.buffer] : [])
})

function openDocument(module: Pdfium, bytes: Uint8Array): Opened {
  const copy = module.wasmExports.malloc(bytes.length)
  if (!copy) throw new Error('no memory for the file')
  module.HEAPU8.set(bytes, copy)
  const document = module._FPDF_LoadMemDocument(copy, bytes.length, 0)
  if (!document) {
    const locked = [NEEDS_A_PASSWORD, UNKNOWN_SECURITY].includes(module._FPDF_GetLastError())
    throw new RecognitionFailure(
      'unreadable_file',
      locked
        ? 'The PDF is encrypted; upload it without a password.'
        : 'The PDF is damaged or ends too early.',
    )
  }
  const pageCount = module._FPDF_GetPageCount(document)
  checkPages(pageCount)
  return { document, pageCount }
}

/** Errors lose their class between threads, so what is the file's fault travels as data. */
function answered<Value>(id: number, work: () => Value): Answer<Value> {
  try {
    return { id, value: work() }
  } catch (error) {
    if (error instanceof RecognitionFailure)
      return { id, refusal: { code: error.code, detail: error.message } }
    // PDFium has run into one of WebAssembly's walls: this file would lead it there again.
    if (error instanceof Error && error.name === 'RuntimeError')
      return { id, refusal: { code: 'unreadable_file', detail: 'The PDF is damaged.' } }
    return { id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
