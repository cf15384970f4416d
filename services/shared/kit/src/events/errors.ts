/** A failure that no repetition will mend: the message goes to the dead letters at once. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError'
  /** Stable word for grouping, such as `schema_validation_failed`. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** One failed attempt as the inbox and the dead letters keep it. */
export interface Failure {
  errorClass: string
  message: string
  stack: string
  permanent: boolean
}

/** Texts are cut so that a hostile message cannot fill the table. */
export function failureOf(thrown: unknown): Failure {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const permanent = error instanceof PermanentError
  return {
    errorClass: permanent ? error.code : error.name,
    message: error.message.slice(0, 4_000),
    stack: (error.stack ?? '').slice(0, 16_000),
    permanent,
  }
}
