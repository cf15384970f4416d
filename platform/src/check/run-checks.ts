import { green, line, red } from '../console/steps.ts'
import { eachAtOnce } from '../system/each-at-once.ts'
import { unlessMissing } from '../tools/missing.ts'
import { checks } from './checks.ts'

export interface Checked {
  readonly passed: readonly string[]
  readonly failed: readonly string[]
  /** For want of a tool that this machine has not got. */
  readonly untried: readonly string[]
}

/**
 * Runs every check even when an earlier one fails, so that one run shows all there is to mend, and prints what each
 * has found, in the order in which they end.
 * @param interrupted asked before each check
 */
export async function runChecks(root: string, interrupted: () => boolean = () => false): Promise<Checked> {
  const outcome = { passed: [] as string[], failed: [] as string[], untried: [] as string[] }
  await eachAtOnce(checks, async ({ name, work }) => {
    if (interrupted()) return
    const began = Date.now()
    const result = await unlessMissing(() => work(root))
    const seconds = ((Date.now() - began) / 1000).toFixed(1)
    if ('missing' in result) {
      line(name, `– not tried: ${result.missing}`)
      outcome.untried.push(name)
    } else if (result.found === '') {
      line(name, `${green('✓')} ${seconds} s`)
      outcome.passed.push(name)
    } else {
      line(name, `${red('✗')} ${seconds} s\n${result.found}`)
      outcome.failed.push(name)
    }
  })
  return outcome
}
