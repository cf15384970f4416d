import { readFile } from 'node:fs/promises'
import { z } from 'zod'

export interface Sums {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const report = z.looseObject({
  numPassedTests: z.number().int(),
  numFailedTests: z.number().int(),
  numPendingTests: z.number().int(),
  numTodoTests: z.number().int().default(0),
  testResults: z.array(z.looseObject({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})

/**
 * Sums of one vitest JSON report. A runner that crashed, left no report, or failed without a failed test
 * (an error outside any test, no tests at all) counts as one failure: silence is never success.
 * @param code exit code of the runner
 */
export async function readReport(file: string, code: number): Promise<Sums> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const parsed = report.safeParse(parse(text))
  if (!parsed.success) return { passed: 0, failed: 1, skipped: 0 }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = parsed.data
  // A file that fails to load has no tests to count.
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  const failed = numFailedTests + unloaded.length
  return {
    passed: numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: numPendingTests + numTodoTests,
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no report or half of one: the schema refuses it
  }
}

export const sumOf = (all: readonly Sums[]): Sums =>
  all.reduce(
    (sum, one) => ({
      passed: sum.passed + one.passed,
      failed: sum.failed + one.failed,
      skipped: sum.skipped + one.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  )

export const closingLine = ({ passed, failed, skipped }: Sums): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
