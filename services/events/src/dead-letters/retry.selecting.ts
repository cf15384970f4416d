import type { StepOutcome } from '@alta/contracts/resources/task'
import { z } from 'zod'
import { countIn } from './dry-run.ts'
import { type Examinee, examine, nextExaminees } from './examine.ts'
import { enterInRun, type Run } from './retry.repository.ts'
import type { RetryCursor, RetryMeans, RetryOrder, RetryScope } from './retry.run.ts'

const count = z.number().int().min(0)

/** What was found among those that match. */
export const tally = z.object({
  matching: count,
  retriable: count,
  invalid: count,
  alreadyHandled: count,
  discarded: count,
  underWay: count,
  /** Chosen, but when their turn came somebody else had dealt with them, or they could not be sent any more. */
  skipped: count,
})

export const emptyTally = (): z.infer<typeof tally> => ({
  matching: 0,
  retriable: 0,
  invalid: 0,
  alreadyHandled: 0,
  discarded: 0,
  underWay: 0,
  skipped: 0,
})

const AT_ONCE = 500
/** Milliseconds after which the rest is left to the next portion. */
const LONG_ENOUGH = 700

/** Looks at the next messages and puts those that can be sent on the list of the run. @returns whether more follow */
export async function chooseMore(work: {
  means: RetryMeans
  order: RetryOrder
  scope: RetryScope
  run: Run
  state: RetryCursor
  failures: NonNullable<StepOutcome['failures']>
}): Promise<boolean> {
  const { means, order, scope, run, state, failures } = work
  const began = performance.now()
  const { onlyFailed } = scope
  const selection = onlyFailed ? { ids: [...onlyFailed.items] } : order.selection
  for (;;) {
    const page = { until: new Date(state.until), after: state.after ?? undefined, limit: AT_ONCE }
    const letters = await nextExaminees(scope.tx, selection, page)
    const last = letters.at(-1)
    if (!last) break
    const retriable: string[] = []
    const before = state.tally.retriable
    for (const letter of letters) {
      const found = examine(means.contracts, letter, patchFor(order, letter))
      countIn(state.tally, found.verdict)
      if (found.verdict === 'retriable') retriable.push(letter.id)
      if (found.verdict === 'invalid') failures.push({ item: letter.id, reason: reasonOf(found.faults) })
    }
    await enterInRun(scope.tx, run, retriable, before)
    state.after = last.id
    // A portion of what had failed is given once, so it has to be done at once; it is small.
    if (!onlyFailed && performance.now() - began > LONG_ENOUGH) return true
    if (failures.length >= AT_ONCE) return true
  }
  state.after = null
  return onlyFailed?.more ?? false
}

/** An edit is made once: what it has been made to and failed again is retried as it is. */
export const patchFor = ({ edit }: RetryOrder, { edited_for }: Pick<Examinee, 'edited_for'>) =>
  edit && edit.proposal !== edited_for ? edit.patch : undefined

export const reasonOf = (faults: readonly { path: string; message: string }[]): string =>
  `not valid: ${faults.map(({ path, message }) => `${path}: ${message}`).join('; ')}`.slice(0, 1_000)
