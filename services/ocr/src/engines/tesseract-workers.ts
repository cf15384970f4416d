import type { EventEmitter } from 'node:events'
import { aborted } from 'node:util'
import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'
import { createWorker, type Page as Reading, type Worker } from 'tesseract.js'
import { languageFolder } from './tesseract-languages.ts'

const LSTM_ONLY = 1

export interface TesseractWorkers {
  readonly size: number
  /** @param codes Tesseract's names of languages joined by `+`, most likely first */
  recognise(
    image: { bytes: Buffer; dpi: number | undefined },
    codes: string,
    signal: AbortSignal,
  ): Promise<Reading>
  close(): Promise<void>
}

interface Slot {
  worker: Worker
  codes: string
  /** Rejects when the thread dies, which the library does not tell the one who waits for an answer. */
  died: Promise<never>
}

/**
 * At most `size` threads, started when they are first needed and kept warm. The library has a scheduler too; this
 * one also changes languages, stops a page that nobody waits for any more, and replaces threads that died.
 */
export function tesseractWorkers(size: number): TesseractWorkers {
  const idle: Slot[] = []
  const queue: (() => void)[] = []
  let busy = 0
  let folder: ReturnType<typeof languageFolder> | undefined

  async function start(codes: string): Promise<Slot> {
    folder ??= languageFolder()
    const { path: langPath } = await folder.catch((error: unknown) => {
      folder = undefined
      throw error
    })
    // The library never settles its promise when the language data is no good, and throws out of any call what
    // nobody handles here.
    const failed = Promise.withResolvers<never>()
    const errorHandler = (cause: unknown) => {
      const detail = 'Tesseract cannot be started on this machine.'
      failed.reject(new RecognitionFailure('engine_missing', detail, { cause, temporary: true }))
    }
    const options = { langPath, cacheMethod: 'none', gzip: true, errorHandler }
    const worker = await Promise.race([createWorker(codes, LSTM_ONLY, options), failed.promise])
    const slot: Slot = { worker, codes, died: deathOf(worker) }
    slot.died.catch(() => {
      const at = idle.indexOf(slot)
      if (at >= 0) idle.splice(at, 1)
    })
    return slot
  }

  /** A thread that speaks the languages already, or one that is made to; else a new one. */
  async function take(codes: string): Promise<Slot> {
    const fitting = idle.findLastIndex((slot) => slot.codes === codes)
    const [slot] = fitting >= 0 ? idle.splice(fitting, 1) : idle.splice(0, 1)
    if (!slot) return start(codes)
    if (slot.codes !== codes) {
      await Promise.race([slot.worker.reinitialize(codes), slot.died])
      slot.codes = codes
    }
    return slot
  }

  return {
    size,
    async recognise({ bytes, dpi }, codes, signal) {
      while (busy >= size) await new Promise<void>((resolve) => queue.push(resolve))
      busy++
      let slot: Slot | undefined
      try {
        signal.throwIfAborted()
        slot = await take(codes)
        // 0 makes Tesseract estimate it from the height of the letters.
        // Beside its own options the library hands Tesseract's over, and leaves those out of its types.
        const options: Parameters<Worker['recognize']>[1] & { user_defined_dpi: string } = {
          user_defined_dpi: String(dpi ?? 0),
        }
        const reading = slot.worker.recognize(bytes, options, { text: false, blocks: true })
        const abandoned = aborted(signal, slot).then(() => Promise.reject(signal.reason))
        const { data } = await Promise.race([reading, slot.died, abandoned])
        idle.push(slot)
        return data
      } catch (error) {
        await slot?.worker.terminate()
        throw error
      } finally {
        busy--
        queue.shift()?.()
      }
    },
    async close() {
      await Promise.all(idle.splice(0).map(({ worker }) => worker.terminate()))
      await (await folder)?.[Symbol.asyncDispose]()
      folder = undefined
    },
  }
}

function deathOf(worker: Worker): Promise<never> {
  // The library hands out its thread as `worker`, and leaves that out of its types.
  const { worker: thread } = worker as unknown as { worker: EventEmitter }
  return new Promise((_, reject) => {
    thread.once('error', reject)
    thread.once('exit', () => reject(new Error('a Tesseract thread has ended')))
  })
}
