import { Worker } from 'node:worker_threads'
import type { Page } from '@alta/contracts/resources/recognition'
import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'
import type { PageColours, PageImage, PageSource } from './page-source.ts'

/** What pdf-thread.ts is asked, and what it says. */
export interface Question {
  readonly id: number
  readonly kind: 'text' | 'image' | 'colours'
  /** From 1. */
  readonly number: number
}

export type Answer<Value> =
  | { readonly id: number; readonly value: Value }
  | { readonly id: number; readonly refusal: { readonly code: string; readonly detail: string } }
  | { readonly id: number; readonly failure: string }

export interface Opened {
  readonly document: number
  readonly pageCount: number
}

/** Milliseconds that one page may take; what takes longer was made to. */
const PAGE_TIME_LIMIT = 120_000

/**
 * A PDF, opened and shown by PDFium in a thread of its own.
 * @throws {RecognitionFailure} `unreadable_file` for one that is encrypted, truncated or otherwise broken; `too_many_pages`
 */
export async function pdfSource(bytes: Buffer, pageTimeLimit = PAGE_TIME_LIMIT): Promise<PageSource> {
  refuseTruncated(bytes)
  const thread = new Worker(new URL('./pdf-thread.ts', import.meta.url), {
    workerData: bytes,
    // The service's own flags start its tracing, which this thread has no use for.
    execArgv: [],
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let last = 0
  let ended: Error | undefined

  thread.on('message', (answer: Answer<unknown>) => {
    const asker = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('value' in answer) asker?.resolve(answer.value)
    else if ('refusal' in answer)
      asker?.reject(new RecognitionFailure(answer.refusal.code, answer.refusal.detail))
    else asker?.reject(new Error(`PDFium failed: ${answer.failure}`))
  })
  thread.on('error', (cause) => end(new Error('the thread of a PDF has failed', { cause })))
  thread.on('exit', () => end(new Error('the thread of a PDF has ended')))

  function end(reason: Error): void {
    ended ??= reason
    for (const asker of waiting.values()) asker.reject(ended)
    waiting.clear()
    void thread.terminate()
  }

  /** The caller says by `kind` what comes back; pdf-thread.ts answers accordingly. */
  async function answerTo<Value>(id: number, send: () => void): Promise<Value> {
    if (ended) throw ended
    const asker = Promise.withResolvers<unknown>()
    waiting.set(id, asker)
    const timer = setTimeout(
      () => end(new RecognitionFailure('unreadable_file', 'A page of the PDF takes too long to be shown.')),
      pageTimeLimit,
    )
    try {
      send()
      return (await asker.promise) as Value
    } finally {
      clearTimeout(timer)
    }
  }
  const ask = <Value>(kind: Question['kind'], number: number): Promise<Value> => {
    const id = ++last
    return answerTo(id, () => thread.postMessage({ id, kind, number } satisfies Question))
  }

  // The thread opens the file by itself and tells under the number 0.
  const { pageCount } = await answerTo<Opened>(0, () => undefined).catch((error: unknown) => {
    void thread.terminate()
    throw error
  })
  return {
    pageCount,
    textLayer: (number) => ask<Page | undefined>('text', number),
    async image(number) {
      const { grey, ...size } = await ask<Omit<PageImage, 'grey'> & { grey: Uint8Array<ArrayBuffer> }>(
        'image',
        number,
      )
      return { ...size, grey: Buffer.from(grey.buffer) }
    },
    async colours(number) {
      const { pixels, ...size } = await ask<
        Omit<PageColours, 'pixels' | 'channels'> & { pixels: Uint8Array<ArrayBuffer> }
      >('colours', number)
      return { ...size, channels: 4, pixels: Buffer.from(pixels.buffer) }
    },
    close: () => end(new Error('the PDF is closed')),
  }
}

/**
 * PDFium mends what it can: of a file cut in the middle it shows the pages it finds and says nothing. Whoever
 * uploads half a file must hear of it, so the end has to be there (ISO 32000-1, 7.5.5).
 */
function refuseTruncated(bytes: Buffer): void {
  if (!bytes.subarray(-2048).includes('%%EOF')) {
    throw new RecognitionFailure('unreadable_file', 'The PDF ends too early: its last part is missing.')
  }
}
