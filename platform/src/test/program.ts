import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { StepFailed } from '../console/steps.ts'

/** Hands over to a program of tests/, which brings up what it needs and prints its own tables. */
export async function runProgram(
  { root }: Checkout,
  name: 'attacks' | 'bench' | 'drill' | 'faults' | 'restore',
  args: string[] = [],
): Promise<void> {
  const main = join(root, 'tests', name, 'main.ts')
  if (!existsSync(main)) throw new StepFailed(`tests/${name}/main.ts is not there`, 'git status')
  const child = spawn(process.execPath, [main, ...args], { cwd: root, stdio: 'inherit' })
  process.exitCode = await new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}
