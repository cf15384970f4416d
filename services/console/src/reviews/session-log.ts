import type { Draft } from './desk/draft.ts'

// What was done since the console was opened: what the end of the queue tells, and what undo takes back.

export type Verdict = 'approved' | 'sent-back' | 'rejected'

export interface Decided {
  readonly id: string
  readonly title: string
  readonly verdict: Verdict
  /** Of the item that the verdict made: what is told of an older one is old news. */
  readonly version: number
  /** As it was when it was decided on, for whoever takes that back. */
  readonly draft: Draft
  /** Takes away what the screen says of it. */
  readonly unsay: () => void
}

let decided: readonly Decided[] = []
const skipped = new Set<string>()

export const reviewSession = {
  decided: (): readonly Decided[] => decided,
  skipped: (): ReadonlySet<string> => skipped,
  note(verdict: Decided): void {
    decided = [...decided, verdict]
    skipped.delete(verdict.id)
  },
  skip(id: string): void {
    skipped.add(id)
  },
  forgetSkipped(): void {
    skipped.clear()
  },
  /** @returns undefined when nothing was decided here */
  takeBack(id = decided.at(-1)?.id): Decided | undefined {
    const last = decided.findLast((each) => each.id === id)
    decided = decided.filter((each) => each !== last)
    return last
  },
}
