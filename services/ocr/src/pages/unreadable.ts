/** The file is the reason: no engine and no repetition will help, except where `temporary` says so. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
  /** `unreadable_file`, `image_too_large`, `too_many_pages`, `engine_missing`, `quota_exceeded`. */
  readonly code: string
  readonly temporary: boolean

  constructor(code: string, detail: string, options: ErrorOptions & { temporary?: boolean } = {}) {
    super(detail, options)
    this.code = code
    this.temporary = options.temporary ?? false
  }
}
