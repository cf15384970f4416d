import type { Kysely } from 'kysely'
import { plural } from './canary.ts'
import type { DeadLettersSchema, Faults } from './dead-letter.tables.ts'
import { examine, nextExaminees } from './examine.ts'
import type { Change, JsonPatch } from './patch.ts'
import type { Selection } from './selection.ts'
import type { Contracts } from './validity.ts'

/** How many messages are shown one by one; all of them are counted. */
const SHOWN = 20
const AT_ONCE = 500

export interface Tally {
  readonly matching: number
  readonly retriable: number
  readonly invalid: number
  readonly alreadyHandled: number
  readonly discarded: number
  readonly underWay: number
}

export interface DryRun extends Tally {
  readonly summary: string
  /** The first of those that are not valid, and of those that an edit changes. */
  readonly invalidMessages: { id: string; faults: Faults }[]
  readonly edits: { id: string; changes: Change[] }[]
}

/** What an action would do, counted by looking at every message as the action itself would. */
export async function dryRun(
  tx: Kysely<DeadLettersSchema>,
  contracts: Contracts,
  wanted: { selection: Selection; until: Date; patch?: JsonPatch | undefined },
): Promise<DryRun> {
  const tally = { matching: 0, retriable: 0, invalid: 0, alreadyHandled: 0, discarded: 0, underWay: 0 }
  const invalidMessages: DryRun['invalidMessages'] = []
  const edits: DryRun['edits'] = []
  let after: string | undefined
  for (;;) {
    const page = { until: wanted.until, after, limit: AT_ONCE }
    const letters = await nextExaminees(tx, wanted.selection, page)
    for (const letter of letters) {
      const found = examine(contracts, letter, wanted.patch)
      countIn(tally, found.verdict)
      if (found.verdict === 'invalid' && invalidMessages.length < SHOWN) {
        invalidMessages.push({ id: letter.id, faults: found.faults })
      }
      if (found.verdict === 'retriable' && wanted.patch && edits.length < SHOWN) {
        edits.push({ id: letter.id, changes: [...found.changes] })
      }
    }
    after = letters.at(-1)?.id
    if (after === undefined) return { ...tally, summary: inWords(tally), invalidMessages, edits }
  }
}

export function countIn(tally: { -readonly [Name in keyof Tally]: Tally[Name] }, verdict: Verdict): void {
  tally.matching++
  tally[names[verdict]]++
}

type Verdict = ReturnType<typeof examine>['verdict']
const names = {
  retriable: 'retriable',
  invalid: 'invalid',
  handled: 'alreadyHandled',
  discarded: 'discarded',
  'under way': 'underWay',
} as const

/** As `1,240 match, 3 no longer valid (schema), 12 already handled`. */
export function inWords(tally: Tally): string {
  const parts = [
    `${number(tally.matching)} ${tally.matching === 1 ? 'matches' : 'match'}`,
    `${number(tally.retriable)} can be retried`,
    ...(tally.invalid > 0 ? [`${number(tally.invalid)} no longer valid (schema)`] : []),
    ...(tally.alreadyHandled > 0 ? [`${number(tally.alreadyHandled)} already handled`] : []),
    ...(tally.discarded > 0 ? [`${number(tally.discarded)} discarded`] : []),
    ...(tally.underWay > 0 ? [`${number(tally.underWay)} under way`] : []),
  ]
  return parts.join(', ')
}

export const number = (count: number): string => count.toLocaleString('en-GB')

/** `1 dead letter`, `1,240 dead letters`. */
export const deadLetters = (count: number): string => `${number(count)} dead ${plural(count, 'letter')}`
