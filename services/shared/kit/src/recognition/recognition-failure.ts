/**
 * Why something cannot be read: the file itself, or an engine that is not there. A result like any other and no
 * mishap: the item fails with this code and nothing is tried again by itself.
 */
export class RecognitionFailure extends Error {
  override readonly name = 'RecognitionFailure'
  /** Stable word, as the item shows it: `unreadable_file`, `no_speech`, `engine_missing`, … */
  readonly code: string
  /** Whether the same bytes may be read at another time. */
  readonly temporary: boolean

  constructor(code: string, detail: string, options: { temporary?: boolean; cause?: unknown } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.temporary = options.temporary ?? false
  }
}
