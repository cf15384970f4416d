import type { Page } from 'playwright-core'
import type { Client } from '../../support/client.ts'
import type { Keys } from './keys.ts'

export interface ReadWord {
  readonly text: string
  readonly page?: number
  readonly segment?: number
}

/** The open item of a document or recording. */
export async function reviewOf(person: Client, projectId: string, subjectId: string) {
  const { body } = await person.call('GET', `/api/v1/reviews?projectId=${projectId}&limit=100`)
  const item = body.items.find((each: { subjectId: string }) => each.subjectId === subjectId)
  if (!item) throw new Error(`no open review of ${subjectId}`)
  return readReview(person, item.id)
}

export const readReview = async (person: Client, id: string) =>
  (await person.call('GET', `/api/v1/reviews/${id}`)).body

/**
 * What somebody who knows the truth changes: for each wrong word what it should say. Words that the machine has left
 * out are put to the one before them.
 */
export function fixesOf(words: readonly ReadWord[], truth: string): Map<number, string> {
  const wanted = truth.split(/\s+/).filter(Boolean)
  const read = words.map(({ text }) => text)
  const fixes = new Map<number, string>()
  let [at, to] = [0, 0]
  for (const [i, j] of [...commonOf(read, wanted), [read.length, wanted.length] as const]) {
    const missing = wanted.slice(to, j)
    // One for one as far as they go; the last takes what is left.
    for (let index = at; index < i; index++) {
      const isLast = index === i - 1
      fixes.set(
        index,
        (isLast ? missing.slice(index - at) : missing.slice(index - at, index - at + 1)).join(' '),
      )
    }
    if (at === i && missing.length > 0 && at > 0) {
      const before = fixes.get(at - 1) ?? read[at - 1] ?? ''
      fixes.set(at - 1, `${before} ${missing.join(' ')}`.trim())
    }
    ;[at, to] = [i + 1, j + 1]
  }
  return fixes
}

/** Positions of a longest common subsequence. */
function commonOf(one: readonly string[], other: readonly string[]): (readonly [number, number])[] {
  const lengths = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1))
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  for (let i = one.length - 1; i >= 0; i--) {
    const row = lengths[i]
    if (!row) continue
    for (let j = other.length - 1; j >= 0; j--)
      row[j] = one[i] === other[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  }
  const pairs: (readonly [number, number])[] = []
  let [i, j] = [0, 0]
  while (i < one.length && j < other.length) {
    if (one[i] === other[j]) pairs.push([i++, j++])
    else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  }
  return pairs
}

/** The word that is selected; undefined where none is. */
export const selectedWord = (page: Page): Promise<number | undefined> =>
  page.evaluate(() => {
    const word = document.querySelector<HTMLElement>('[role=option][aria-selected=true]')
    return word?.dataset.word === undefined ? undefined : Number(word.dataset.word)
  })

/** Changes the selected word, and goes on to the next doubtful one as the desk does. */
export async function rewrite(keys: Keys, text: string): Promise<void> {
  await keys.press('Enter')
  if (text === '') await keys.press('Delete')
  else await keys.type(text)
  await keys.press('Enter')
}

/** Goes to a word by arrow keys, over pages if need be. */
export async function walkTo(
  page: Page,
  keys: Keys,
  goal: number,
  words: readonly ReadWord[],
): Promise<void> {
  for (let steps = 0; steps < 400; steps++) {
    const found = await page.evaluate((index) => {
      const lines = [...document.querySelectorAll('[role=listbox] > [role=presentation]')]
      const place = (selector: string) => {
        const line = lines.findIndex((each) => each.querySelector(selector))
        const options = [...(lines[line]?.querySelectorAll('[role=option]') ?? [])]
        return { line, column: options.findIndex((each) => each.matches(selector)) }
      }
      const shown = document.querySelector<HTMLElement>('[role=option]')?.dataset.word
      return {
        goal: place(`[data-word="${index}"]`),
        now: place('[aria-selected=true]'),
        first: Number(shown ?? 0),
      }
    }, goal)
    if (found.goal.line === -1) {
      const shown = words[found.first]?.page ?? 1
      await keys.press((words[goal]?.page ?? 1) > shown ? 'PageDown' : 'PageUp')
    } else if (found.now.line !== found.goal.line || found.now.line === -1) {
      await keys.press(found.goal.line > found.now.line ? 'ArrowDown' : 'ArrowUp')
    } else if (found.now.column !== found.goal.column) {
      await keys.press(found.goal.column > found.now.column ? 'ArrowRight' : 'ArrowLeft')
    } else return
  }
  throw new Error(`word ${goal} cannot be reached by arrow keys`)
}

/** Errors for each character of the truth (Levenshtein), white space counted once. */
export function characterErrors(read: string, truth: string): number {
  const [one, other] = [read, truth].map((text) => text.replace(/\s+/g, ' ').trim())
  let row = Array.from({ length: (other ?? '').length + 1 }, (_, index) => index)
  for (const [i, letter] of [...(one ?? '')].entries()) {
    const next = [i + 1]
    for (const [j, wanted] of [...(other ?? '')].entries())
      next.push(
        Math.min((row[j] ?? 0) + (letter === wanted ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1),
      )
    row = next
  }
  return (row.at(-1) ?? 0) / (other ?? '').length
}
