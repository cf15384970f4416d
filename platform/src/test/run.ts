import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { checks } from '../check/checks.ts'
import type { Checkout } from '../checkout.ts'
import { line } from '../console/steps.ts'
import { closingLine, readReport, type Sums, sumOf } from './report.ts'
import { runVitest } from './vitest.ts'

/** The runners besides the checks, in order; the last one brings a platform of its own up. */
const runners = [
  { name: 'unit and integration', config: 'vitest.config.ts', limit: 15 * 60_000 },
  { name: 'system', config: 'tests/vitest.config.ts', limit: 25 * 60_000 },
] as const

/** Runs checks, then tests; prints the closing line `N passed, N failed` and exits non-zero on a failure. */
export async function runTests({ root, home }: Checkout): Promise<void> {
  const folder = join(home, 'test-results')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const sums: Sums[] = [await runChecks(root)]
  for (const { name, config, limit } of runners) {
    if (!existsSync(join(root, config))) continue
    console.log(`\n── ${name} tests (${config})`)
    const report = join(folder, `${name.replaceAll(' ', '-')}.json`)
    const code = await runVitest(root, config, report, limit)
    sums.push(await readReport(report, code))
  }
  const total = sumOf(sums)
  if (total.failed > 0) process.exitCode = 1
  console.log(`\n${closingLine(total)}`)
}

async function runChecks(root: string): Promise<Sums> {
  console.log('── checks')
  const sums = { passed: 0, failed: 0, skipped: 0 }
  for (const { name, work } of checks) {
    const faults = await work(root)
    line(name, faults === '' ? '✓' : `✗\n${faults}`)
    if (faults === '') sums.passed++
    else sums.failed++
  }
  return sums
}
