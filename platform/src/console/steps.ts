/** A step of the runner that cannot go on; printed as: which step, why, what to try. */
export class StepFailed extends Error {
  readonly why: string
  /** Command or action that would help. */
  readonly attempt: string

  constructor(why: string, attempt: string, cause?: unknown) {
    super(why, { cause })
    this.name = 'StepFailed'
    this.why = why
    this.attempt = attempt
  }
}

export type Say = (message: string) => void

const colours = process.stdout.isTTY && !process.env.NO_COLOR
export const green = (text: string): string => (colours ? `\x1b[32m${text}\x1b[0m` : text)
export const red = (text: string): string => (colours ? `\x1b[31m${text}\x1b[0m` : text)
export const faint = (text: string): string => (colours ? `\x1b[2m${text}\x1b[0m` : text)

/** Prints one line under a step's name; every line stands alone, so that logs of CI read like a terminal. */
export const line = (name: string, message: string): void => console.log(`  ${name.padEnd(14)} ${message}`)

/**
 * Runs one step; what it says appears while it works.
 * @throws {StepFailed} whatever the step threw, with the step's name in front.
 */
export async function step<Result>(name: string, work: (say: Say) => Promise<Result>): Promise<Result> {
  try {
    return await work((message) => line(name, message))
  } catch (error) {
    if (error instanceof StepFailed) throw new StepFailed(`${name}: ${error.why}`, error.attempt, error.cause)
    throw new StepFailed(`${name}: ${reason(error)}`, remedy(error), error)
  }
}

const remedy = (error: unknown): string =>
  error instanceof Error && 'code' in error && error.code === 'ENOSPC'
    ? 'make room on the disk of the checkout (df -h . shows it), then run the command again'
    : 'make logs s=supervisor, or run the command again'

/** Message of an error; a refused connection is an AggregateError whose own message is empty. */
export function reason(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return error.errors.map(reason).join('; ')
  return error instanceof Error ? error.message || error.name : String(error)
}

/** Prints a failure and sets the exit code. */
export function reportFailure(error: unknown): void {
  process.exitCode = 1
  if (error instanceof StepFailed) {
    console.error(`\n${red('✗')} ${error.why}\n  try: ${error.attempt}`)
    return
  }
  console.error(`\n${red('✗')} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
}
