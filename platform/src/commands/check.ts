import { checks } from '../check/checks.ts'
import type { Checkout } from '../checkout.ts'
import { green, line, red, StepFailed } from '../console/steps.ts'
import { run } from '../system/run.ts'

/** Runs every check even when an earlier one fails, so that one run shows all there is to mend. */
export async function check(checkout: Checkout): Promise<void> {
  const failed: string[] = []
  for (const { name, work } of checks) {
    const began = Date.now()
    const faults = await work(checkout.root)
    const seconds = ((Date.now() - began) / 1000).toFixed(1)
    line(name, faults === '' ? `${green('✓')} ${seconds} s` : `${red('✗')} ${seconds} s\n${faults}`)
    if (faults !== '') failed.push(name)
  }
  if (failed.length > 0)
    throw new StepFailed(`failed: ${failed.join(', ')}`, 'make format mends format and some lint')
}

export async function types({ root }: Checkout): Promise<void> {
  const { code, stdout } = await run('pnpm', ['exec', 'tsc', '-p', '.'], { cwd: root })
  console.log(stdout.trimEnd())
  process.exitCode = code
}

export async function format({ root }: Checkout): Promise<void> {
  const { code, stdout, stderr } = await run('pnpm', ['exec', 'biome', 'check', '--write', '.'], {
    cwd: root,
  })
  console.log(`${stdout}${stderr}`.trimEnd())
  process.exitCode = code
}
