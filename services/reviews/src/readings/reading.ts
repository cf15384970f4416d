import type { ReviewPolicy } from '@alta/contracts/resources/project'
import type { RecognisedDocument, Transcript } from '@alta/contracts/resources/recognition'

/** What an engine read, or what people made of it. Words are counted over all pages or segments. */
export type Reading =
  | { readonly kind: 'document'; readonly value: RecognisedDocument }
  | { readonly kind: 'voice'; readonly value: Transcript }

/** A page or a segment. */
export interface Part<Word> {
  readonly text: string
  readonly confidence: number
  readonly words: readonly Word[]
}

export interface AnyWord {
  readonly text: string
  readonly confidence: number
}

export const partsOf = (reading: Reading): readonly Part<AnyWord>[] =>
  reading.kind === 'document' ? reading.value.pages : reading.value.segments

export const wordsOf = (reading: Reading): readonly AnyWord[] =>
  partsOf(reading).flatMap(({ words }) => words)

/** Pages are parted by an empty line, as a person would copy them. */
export const textOf = (reading: Reading): string =>
  reading.kind === 'document' ? reading.value.pages.map(({ text }) => text).join('\n\n') : reading.value.text

export interface Sureness {
  /** Of the whole, as the engine says it. */
  readonly confidence: number
  /**
   * Of the least sure page, or of the recording: what the queue is ordered by, so that one bad page is not
   * averaged away by many good ones. Pages without words say nothing; where nothing at all was read it is 0.
   */
  readonly certainty: number
  readonly leastSureWord: number
}

export function surenessOf(reading: Reading): Sureness {
  const { confidence } = reading.value
  const said = partsOf(reading).filter(({ words }) => words.length > 0)
  if (said.length === 0) return { confidence, certainty: 0, leastSureWord: 0 }
  return {
    confidence,
    certainty: reading.kind === 'voice' ? confidence : least(said.map((part) => part.confidence)),
    leastSureWord: least(wordsOf(reading).map((word) => word.confidence)),
  }
}

export const isSure = (sureness: Sureness, policy: ReviewPolicy): boolean =>
  sureness.certainty >= policy.minimumConfidence && sureness.leastSureWord >= policy.minimumWordConfidence

/**
 * Indexes of the words to look at, most doubtful first: those below the project's threshold for words and,
 * where a whole page or recording is below its threshold, every word that pulls it down.
 */
export function uncertainWords(reading: Reading, policy: ReviewPolicy): number[] {
  const whole = reading.kind === 'voice' ? reading.value.confidence : undefined
  return partsOf(reading)
    .flatMap((part) => {
      const doubted = (whole ?? part.confidence) < policy.minimumConfidence
      const enough = doubted
        ? Math.max(policy.minimumConfidence, policy.minimumWordConfidence)
        : policy.minimumWordConfidence
      return part.words.map((word) => ({ confidence: word.confidence, enough }))
    })
    .map((word, index) => ({ ...word, index }))
    .filter(({ confidence, enough }) => confidence < enough)
    .sort((a, b) => a.confidence - b.confidence || a.index - b.index)
    .map(({ index }) => index)
}

const least = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.min(a, b), 1)
