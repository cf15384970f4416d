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

/** Cut so that a hostile message cannot fill the table, and without what PostgreSQL refuses to store. */
const storable = (text: string, longest: number): string =>
  text.slice(0, longest).replaceAll('\0', '').toWellFormed()

export function failureOf(thrown: unknown): Failure {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const permanent = error instanceof PermanentError
  return {
    errorClass: storable(permanent ? error.code : error.name, 200),
    message: storable(error.message, 4_000),
    stack: storable(error.stack ?? '', 16_000),
    permanent,
  }
}
