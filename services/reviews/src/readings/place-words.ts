import type { spokenWord, Word } from '@alta/contracts/resources/recognition'
import type { z } from 'zod'
import type { Place } from './edits.ts'
import type { AnyWord } from './reading.ts'

type SpokenWord = z.infer<typeof spokenWord>

/**
 * On a page: as many words as before take over the boxes one by one. Otherwise the rectangle around the
 * old words is dealt out from left to right by the length of the new ones. Words put where none was have
 * a box without width at the end of the word before them.
 */
export const placeOnPage: Place<Word> = (old, texts, previous) => {
  if (old.length === texts.length) return inPlace(old, texts)
  const room = old.length > 0 ? around(old.map(({ box }) => box)) : edgeAfter(previous?.box)
  return shares(texts).map(({ text, from, to }) => ({
    text,
    confidence: 1,
    box: { ...room, x: rounded(room.x + room.width * from), width: rounded(room.width * (to - from)) },
  }))
}

/** In a recording: the same with times in place of boxes. */
export const placeInTime: Place<SpokenWord> = (old, texts, previous) => {
  if (old.length === texts.length) return inPlace(old, texts)
  const start = old[0]?.start ?? previous?.end ?? 0
  const length = (old.at(-1)?.end ?? start) - start
  return shares(texts).map(({ text, from, to }) => ({
    text,
    confidence: 1,
    start: rounded(start + length * from),
    end: rounded(start + length * to),
  }))
}

/** A word that a person changed is certain; one that was left alone keeps the engine's doubt. */
const inPlace = <W extends AnyWord>(old: readonly W[], texts: readonly string[]): W[] =>
  old.map((word, index) => {
    const text = texts[index] ?? word.text
    return text === word.text ? word : { ...word, text, confidence: 1 }
  })

/** Parts of the way from 0 to 1, by length in characters. */
function shares(texts: readonly string[]): { text: string; from: number; to: number }[] {
  const total = texts.reduce((sum, text) => sum + text.length, 0) || 1
  let passed = 0
  return texts.map((text) => {
    const from = passed / total
    passed += text.length
    return { text, from, to: passed / total }
  })
}

/** Hundredths of a pixel, and milliseconds, are more than anybody sees or hears. */
const rounded = (length: number): number => Math.round(length * 1000) / 1000

function around(boxes: readonly Word['box'][]): Word['box'] {
  const edges = boxes.map(({ x, y, width, height }) => ({ x, y, right: x + width, bottom: y + height }))
  const { x, y, right, bottom } = edges.reduce((all, one) => ({
    x: Math.min(all.x, one.x),
    y: Math.min(all.y, one.y),
    right: Math.max(all.right, one.right),
    bottom: Math.max(all.bottom, one.bottom),
  }))
  return { x, y, width: right - x, height: bottom - y }
}

const edgeAfter = (box: Word['box'] | undefined): Word['box'] =>
  box ? { ...box, x: box.x + box.width, width: 0 } : { x: 0, y: 0, width: 0, height: 0 }
