import { runChecks } from '../check/run-checks.ts'
import type { Checkout } from '../checkout.ts'
import { StepFailed } from '../console/steps.ts'
import { run } from '../system/run.ts'

/** @throws {StepFailed} when a check has found something */
export async function check(checkout: Checkout): Promise<void> {
  const { failed } = await runChecks(checkout.root)
  if (failed.length > 0)
    throw new StepFailed(`failed: ${failed.join(', ')}`, 'make format mends format and some lint')
}

export async function types({ root }: Checkout): Promise<void> {
  for (const project of ['.', 'tests/browser', 'services/console']) {
    const { code, stdout } = await run('pnpm', ['exec', 'tsc', '--noEmit', '-p', project], { cwd: root })
    if (stdout) console.log(stdout.trimEnd())
    if (code !== 0) process.exitCode = code
  }
}

export async function format({ root }: Checkout): Promise<void> {
  const { code, stdout, stderr } = await run('pnpm', ['exec', 'biome', 'check', '--write', '.'], {
    cwd: root,
  })
  console.log(`${stdout}${stderr}`.trimEnd())
  process.exitCode = code
}
