import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { closingLine, readReport, sumOf } from './report.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alta-report-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function report(content: object | string): Promise<string> {
  const file = join(folder, `${Math.random()}.json`)
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}
const counts = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] }

it('takes the sums of a report', async () => {
  const file = await report({ ...counts, numFailedTests: 2, numPendingTests: 1 })
  expect(await readReport(file, 1, folder)).toMatchObject({ passed: 5, failed: 2, skipped: 1 })
})

it('names each failed test with the first lines of its error', async () => {
  const failureMessages = ['\u001b[31mError: expected 1\u001b[39m\n  to be 2\n  at a\n  at b\n  at c']
  const testResults = [
    {
      name: join(folder, 'deep/a.test.ts'),
      status: 'failed',
      assertionResults: [
        { status: 'passed', fullName: 'passes', failureMessages: [] },
        { status: 'failed', fullName: 'adds up', failureMessages },
      ],
    },
  ]
  const { failures } = await readReport(
    await report({ ...counts, numFailedTests: 1, testResults }),
    1,
    folder,
  )
  expect(failures).toEqual([
    'deep/a.test.ts › adds up\n    Error: expected 1\n    to be 2\n    at a\n    at b',
  ])
})

it('counts a runner that left no report, or half of one, as one failure', async () => {
  const nothing = { passed: 0, failed: 1, skipped: 0 }
  expect(await readReport(join(folder, 'missing.json'), 0, folder)).toMatchObject(nothing)
  expect(await readReport(await report('{"numPassed'), 0, folder)).toMatchObject(nothing)
})

it('counts a file that could not be loaded', async () => {
  const testResults = [
    { name: join(folder, 'a.test.ts'), status: 'failed', message: 'no such module', assertionResults: [] },
  ]
  expect(await readReport(await report({ ...counts, testResults }), 1, folder)).toMatchObject({
    failed: 1,
    failures: ['a.test.ts\n    no such module'],
  })
})

it('counts a runner that failed although all its tests passed', async () => {
  expect((await readReport(await report(counts), 1, folder)).failed).toBe(1)
  expect((await readReport(await report(counts), 0, folder)).failed).toBe(0)
})

it('names skipped tests only when there are some', () => {
  const sums = { passed: 3, failed: 0, skipped: 0, failures: [] }
  expect(closingLine(sumOf([sums, sums]))).toBe('6 passed, 0 failed')
  expect(closingLine({ passed: 1, failed: 2, skipped: 3 })).toBe('1 passed, 2 failed, 3 skipped')
})
