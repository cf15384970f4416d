import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { z } from 'zod'

export interface Sums {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** What failed: file, test and the first lines of its error, to be read where the rest of the output is gone. */
  readonly failures: readonly string[]
}

const assertion = z.looseObject({
  status: z.string(),
  fullName: z.string(),
  failureMessages: z.array(z.string()).nullish(),
})

const report = z.looseObject({
  numPassedTests: z.number().int(),
  numFailedTests: z.number().int(),
  numPendingTests: z.number().int(),
  numTodoTests: z.number().int().default(0),
  testResults: z.array(
    z.looseObject({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(assertion),
    }),
  ),
})

/**
 * Sums of one vitest JSON report. A runner that crashed, left no report, or failed without a failed test
 * (an error outside any test, no tests at all) counts as one failure: silence is never success.
 * @param code exit code of the runner
 * @param root folder that the names of files are told from
 */
export async function readReport(file: string, code: number, root: string): Promise<Sums> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const parsed = report.safeParse(parse(text))
  if (!parsed.success) {
    return {
      passed: 0,
      failed: 1,
      skipped: 0,
      failures: [`${relative(root, file)} is missing or incomplete`],
    }
  }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = parsed.data
  // A file that fails to load has no tests to count.
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  const failed = numFailedTests + unloaded.length
  const failures = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) =>
        tell(`${relative(root, name)} › ${fullName}`, failureMessages?.[0]),
      ),
  )
  failures.push(...unloaded.map(({ name, message }) => tell(relative(root, name), message)))
  if (failed === 0 && code !== 0)
    failures.push(`the runner ended with ${code} although none of its tests failed`)
  return {
    passed: numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: numPendingTests + numTodoTests,
    failures,
  }
}

function tell(what: string, error = ''): string {
  const said = stripVTControlCharacters(error).split('\n').slice(0, 4)
  return [what, ...said.map((text) => `    ${text.trim()}`)].join('\n').trimEnd()
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
      failures: [...sum.failures, ...one.failures],
    }),
    { passed: 0, failed: 0, skipped: 0, failures: [] },
  )

export const closingLine = ({ passed, failed, skipped }: Omit<Sums, 'failures'>): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
