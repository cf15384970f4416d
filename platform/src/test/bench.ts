import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { StepFailed } from '../console/steps.ts'

/** Hands over to tests/bench, which brings up what it measures and prints its own tables. */
export async function runBench({ root }: Checkout): Promise<void> {
  const main = join(root, 'tests/bench/main.ts')
  if (!existsSync(main)) throw new StepFailed('tests/bench/main.ts is not there', 'git status')
  const child = spawn(process.execPath, [main], { cwd: root, stdio: 'inherit' })
  process.exitCode = await new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}
