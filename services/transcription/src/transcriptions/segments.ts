import type { Segment } from '@alta/contracts/resources/recognition'
import type { SpokenWord } from '../engines/engine.ts'

/** Seconds of pause after which somebody starts anew. */
const PAUSE = 0.6
/** Words: about two lines for the reviewer. */
const LONGEST = 30

/** Groups words into what a reviewer listens to at once: by pauses, ends of sentences, and length. */
export function segmentsOf(words: readonly SpokenWord[]): Segment[] {
  const groups: SpokenWord[][] = []
  for (const word of words) {
    const group = groups.at(-1)
    const last = group?.at(-1)
    if (!group || !last || breaksBetween(last, word) || group.length >= LONGEST) groups.push([word])
    else group.push(word)
  }
  return groups.map((group) => ({
    start: group[0]?.start ?? 0,
    end: group.at(-1)?.end ?? 0,
    text: group.map((word) => word.text).join(' '),
    confidence: meanConfidence(group),
    words: group,
  }))
}

/** 0 for no words at all. */
export function meanConfidence(words: readonly SpokenWord[]): number {
  const sum = words.reduce((total, word) => total + word.confidence, 0)
  return words.length === 0 ? 0 : Math.round((sum / words.length) * 10_000) / 10_000
}

const breaksBetween = (before: SpokenWord, after: SpokenWord): boolean =>
  after.start - before.end >= PAUSE || /[.?!…]$/.test(before.text)
