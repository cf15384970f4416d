import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'

/** Bytes that may wait for somebody to read them, before the other side is asked to hold on. */
const MOST_WAITING = 64 * 1024

type Headers = Readonly<Record<string, string | string[] | undefined>>

/**
 * An answer while it comes in. A small one is here whole by the time its beginning is told, since both are read from
 * the connection at once: who takes it as it is spares a stream.
 */
export class IncomingAnswer implements Dispatcher.DispatchHandler {
  /** Settled once its beginning is here, or nothing will come. */
  readonly begun: Promise<IncomingAnswer>
  status = 0
  headers: Headers = {}
  readonly #beginning = Promise.withResolvers<IncomingAnswer>()
  readonly #signal: AbortSignal | undefined
  readonly #sent: unknown
  #controller: Dispatcher.DispatchController | undefined
  #waiting: Buffer[] = []
  #bytes = 0
  #stream: Readable | undefined
  #isWhole = false
  #failure: Error | undefined

  /**
   * @param signal ends it, whether it has begun or not
   * @param sent body of the request: a stream of which nobody reads the rest is ended
   */
  constructor(signal: AbortSignal | undefined, sent: unknown) {
    this.begun = this.#beginning.promise
    this.#signal = signal
    this.#sent = sent
    signal?.addEventListener('abort', this.#abort)
  }

  /** All of the body; undefined while there is more to come. */
  get whole(): Buffer | undefined {
    if (!this.#isWhole || this.#stream) return undefined
    const [only] = this.#waiting
    return only && this.#waiting.length === 1 ? only : Buffer.concat(this.#waiting)
  }

  get body(): Readable {
    this.#stream ??= this.#opened()
    return this.#stream
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#signal?.aborted) this.#abort()
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    // 100 and 103 announce the answer.
    if (status < 200) return
    this.status = status
    this.headers = headers
    this.#beginning.resolve(this)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#stream) {
      if (!this.#stream.push(chunk)) controller.pause()
      return
    }
    this.#waiting.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes > MOST_WAITING) controller.pause()
  }

  onResponseEnd(): void {
    this.#isWhole = true
    this.#stream?.push(null)
    this.#signal?.removeEventListener('abort', this.#abort)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#failure = error
    this.#beginning.reject(error)
    this.#stream?.destroy(error)
    if (this.#sent instanceof Readable) this.#sent.on('error', () => undefined).destroy(error)
    this.#signal?.removeEventListener('abort', this.#abort)
  }

  readonly #abort = (): void => {
    this.#controller?.abort(this.#signal?.reason)
  }

  #opened(): Readable {
    const stream = new Readable({
      read: () => this.#controller?.resume(),
      destroy: (error, done) => {
        if (!this.#isWhole && !this.#failure)
          this.#controller?.abort(error ?? new Error('nobody reads the answer'))
        done(error)
      },
    })
    // Whoever has left does not hear that it broke off; nobody listening would end the process.
    stream.on('error', () => undefined)
    for (const chunk of this.#waiting) stream.push(chunk)
    this.#waiting = []
    if (this.#isWhole) stream.push(null)
    if (this.#failure) stream.destroy(this.#failure)
    return stream
  }
}
