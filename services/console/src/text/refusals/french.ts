import { typeset } from '../text.ts'
import { ofAccounts } from './account.ts'
import { everywhere } from './everywhere.ts'
import { frenchFault } from './field-faults.ts'
import { itemFailures } from './item-failures.ts'
import { ofItems } from './items.ts'
import { ofOperations } from './operations.ts'
import { asTheyCome, type Wording } from './refusals.ts'
import { ofReviews } from './reviews.ts'
import type { RefusalWords } from './words.ts'

/** By code, which means the same whatever part of the platform answers with it. */
export const refusals: RefusalWords = {
  ...everywhere,
  ...ofAccounts,
  ...ofItems,
  ...ofReviews,
  ...ofOperations,
}

/** What is not known here stays as it comes. */
export const french: Wording = {
  ofProblem(problem) {
    const words = own(refusals, problem.code)
    if (words === undefined) return asTheyCome.ofProblem(problem)
    return typeset(typeof words === 'string' ? words : words(problem))
  },
  ofFault: (message) => typeset(frenchFault(message) ?? message),
  ofItem(failure) {
    const words = own(itemFailures, failure.code)
    if (words === undefined) return asTheyCome.ofItem(failure)
    return { message: typeset(words.message), action: typeset(words.action) }
  },
}

/** A code comes from elsewhere: `constructor` is none of ours. */
const own = <Value>(table: Readonly<Record<string, Value>>, code: string): Value | undefined =>
  Object.hasOwn(table, code) ? table[code] : undefined
