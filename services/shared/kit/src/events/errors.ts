import type { z } from 'zod'

/** A place in an event that is not as its contract wants it. */
export interface Fault {
  path: string
  message: string
}

/** A failure that no repetition will mend: the message goes to the dead letters at once. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError'
  /** Stable word for grouping, such as `schema_validation_failed`. */
  readonly code: string
  /** Where an event breaks its contract. */
  readonly faults: Fault[] | undefined

  constructor(code: string, message: string, options?: ErrorOptions & { faults?: Fault[] }) {
    super(message, options)
    this.code = code
    this.faults = options?.faults
  }
}

/** What is wrong, few enough to be read and stored. */
export const faultsOf = ({ issues }: z.ZodError, at = ''): Fault[] =>
  issues.slice(0, 50).map(({ path, message }) => ({
    path: storable([at, ...path.map(String)].filter(Boolean).join('.') || 'event', 500),
    message: storable(message, 500),
  }))

/** One failed attempt as the inbox and the dead letters keep it. */
export interface Failure {
  errorClass: string
  message: string
  stack: string
  permanent: boolean
  faults?: Fault[] | undefined
}

/** Cut so that a hostile message cannot fill the table, and without what PostgreSQL refuses to store. */
export const storable = (text: string, longest: number): string =>
  text.slice(0, longest).replaceAll('\0', '').toWellFormed()

export function failureOf(thrown: unknown): Failure {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const permanent = error instanceof PermanentError
  return {
    errorClass: storable(permanent ? error.code : error.name, 200),
    message: storable(error.message, 4_000),
    stack: storable(error.stack ?? '', 16_000),
    permanent,
    faults: permanent ? error.faults : undefined,
  }
}
