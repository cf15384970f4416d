import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Checked, runChecks } from '../check/run-checks.ts'
import { type Checkout, instanceOf } from '../checkout.ts'
import { down } from '../commands/down.ts'
import { StepFailed } from '../console/steps.ts'
import { readState } from '../supervisor/state.ts'
import { type Interruption, watchInterruption } from './interruption.ts'
import { type Machine, prepareChecks, prepareMachine } from './machine.ts'
import { closingLine, readReport, type Sums, sumOf } from './report.ts'
import { runVitest } from './vitest.ts'

const unit = { name: 'unit and integration', config: 'vitest.config.ts', limit: 35 * 60_000 }
const browser = { name: 'browser', config: 'tests/browser/vitest.config.ts', limit: 60 * 60_000 }

/** Tests of one runner. */
interface Choice {
  readonly runner: typeof unit
  /** Words in the paths of tests, of which one is enough; none: all of the runner's. */
  readonly only: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/**
 * The runners besides the checks, in order; all but the first bring up a platform, and the last two break it. Of the
 * browser tests a look at each page: all of them take as long as everything else, and are `make test-browser`.
 */
const choices: readonly Choice[] = [
  { runner: unit, only: [] },
  { runner: browser, only: ['first-look', 'oauth'] },
  { runner: { name: 'system', config: 'tests/vitest.config.ts', limit: 25 * 60_000 }, only: [] },
  { runner: { name: 'faults', config: 'tests/faults/vitest.config.ts', limit: 20 * 60_000 }, only: [] },
]

export const unitTests = (only: readonly string[]): Choice => ({ runner: unit, only })

/** @param write pictures for docs/screens/ */
export const browserTests = (only: readonly string[], write: boolean): Choice => ({
  runner: browser,
  only,
  environment: write ? { TEST_WRITE_SCREENS: 'true' } : {},
})

/** The platform that tests/support/platform.ts brings up. */
const testInstance = 'systemtest'

const nothing: Sums = { passed: 0, failed: 0, skipped: 0, failures: [] }

/**
 * Runs checks, brings what tests need, runs the tests and puts away what it started; prints the closing line
 * `N passed, N failed` and exits non-zero on a failure. What could not be brought counts as failed.
 * @param choice these alone; without it everything
 */
export async function runTests(checkout: Checkout, choice?: Choice): Promise<void> {
  const began = Date.now()
  const interruption = watchInterruption()
  // CI takes a silent runner for a dead one.
  const life = setInterval(
    () => console.log(`… ${Math.round((Date.now() - began) / 1000)} s into make test`),
    50_000,
  ).unref()
  const sums: Sums[] = []
  const faults: StepFailed[] = []
  if (!choice) {
    console.log('── checks')
    faults.push(...(await prepareChecks(checkout)))
    sums.push(sumsOfChecks(await runChecks(checkout.root, interruption.happened)))
  }
  console.log('\n── what tests need')
  const machine = await prepareMachine(checkout, interruption.happened)
  faults.push(...machine.missing)
  try {
    if (machine.testable) sums.push(...(await runRunners(checkout, machine, interruption, choice)))
  } finally {
    faults.push(...(await putAway(checkout, machine)))
    clearInterval(life)
    interruption.close()
  }
  const total = sumOf([...sums, { ...nothing, failed: faults.length + (interruption.happened() ? 1 : 0) }])
  if (total.failures.length > 0) console.log('\n── what failed')
  for (const failure of total.failures) console.log(`✗ ${failure}`)
  for (const { why, attempt } of faults) console.log(`\n✗ ${why}\n  try: ${attempt}`)
  if (!machine.testable) console.log('\nno test was run: without these nothing could be told from it')
  if (total.failed > 0) process.exitCode = 1
  console.log(`\n${interruption.happened() ? 'interrupted\n' : ''}${closingLine(total)}`)
}

const sumsOfChecks = ({ passed, failed, untried }: Checked): Sums => ({
  passed: passed.length,
  failed: failed.length,
  skipped: untried.length,
  failures: failed.map((name) => `check of ${name}`),
})

async function runRunners(
  { root, home }: Checkout,
  machine: Machine,
  interruption: Interruption,
  choice: Choice | undefined,
): Promise<Sums[]> {
  const folder = join(home, 'test-results')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const sums: Sums[] = []
  for (const { runner, only, environment } of choice ? [choice] : choices) {
    const { name, config, limit } = runner
    if (interruption.happened() || !existsSync(join(root, config))) continue
    console.log(`\n── ${name} tests (${config})`)
    const report = join(folder, `${name.replaceAll(' ', '-')}.json`)
    const code = await runVitest(
      root,
      config,
      report,
      limit,
      { ...machine.environment, ...environment },
      only,
    )
    sums.push(await readReport(report, code, root))
  }
  return sums
}

/** The tests' platform first, if they were ended before they could: it holds the servers. */
async function putAway(checkout: Checkout, machine: Machine): Promise<readonly StepFailed[]> {
  const tests = instanceOf(checkout, testInstance)
  const faults: StepFailed[] = []
  if (await readState(tests.home)) {
    await down(tests, { clean: true }).catch((error: unknown) => {
      if (!(error instanceof StepFailed)) throw error
      faults.push(error)
    })
  }
  return [...faults, ...(await machine.release())]
}
