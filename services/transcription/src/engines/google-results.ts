import type { protos } from '@google-cloud/speech'
import type { SpokenWord } from './engine.ts'

type Result = protos.google.cloud.speech.v2.ISpeechRecognitionResult
type Word = protos.google.cloud.speech.v2.IWordInfo
type Duration = protos.google.protobuf.IDuration

/** Words of the best alternative of each result, in order. Times are seconds from the start of the audio sent. */
export function wordsOfResults(results: readonly Result[]): SpokenWord[] {
  const words: SpokenWord[] = []
  for (const result of results) {
    const best = result.alternatives?.[0]
    if (!best?.transcript) continue
    // Some models tell neither words nor times; the utterance is then one piece of text and can still be reviewed.
    const spoken: readonly Word[] = best.words?.length
      ? best.words
      : [{ word: best.transcript.trim(), startOffset: null, endOffset: result.resultEndOffset ?? null }]
    for (const { word, startOffset, endOffset, confidence } of spoken) {
      if (!word) continue
      const start = startOffset || words.length === 0 ? secondsOf(startOffset) : (words.at(-1)?.end ?? 0)
      words.push({
        text: word,
        start,
        end: Math.max(start, secondsOf(endOffset)),
        // 0 means "not told". Then the utterance's figure holds, and if that is missing too a person decides.
        confidence: Math.min(1, confidence || best.confidence || 0),
      })
    }
  }
  return words
}

const secondsOf = (duration: Duration | null | undefined): number =>
  Number(duration?.seconds ?? 0) + (duration?.nanos ?? 0) / 1e9
