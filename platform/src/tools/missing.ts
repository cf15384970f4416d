import { StepFailed } from '../console/steps.ts'

/**
 * A program that cannot be had on this machine. Who only checks something with it says so and goes on; every other
 * failure, such as a program that is not the one that was expected, is a failure of the check.
 */
export class ToolMissing extends StepFailed {}

/** What the work gives, or the sentence that says which tool it has missed. */
export async function unlessMissing<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly found: Result } | { readonly missing: string }> {
  try {
    return { found: await work() }
  } catch (error) {
    if (error instanceof ToolMissing) return { missing: `${error.why}; try: ${error.attempt}` }
    throw error
  }
}
