import { isQuiet } from '../audio/levels.ts'
import { levelsOf, piecesOf } from '../audio/pieces.ts'
import type { Recording } from '../audio/recording.ts'
import type { EngineScope, Span, SpokenWord } from './engine.ts'

/**
 * Reads a recording piece by piece. Each finished piece is kept, and a restart goes on after the last of them.
 * @param recognise gets a WAV file and gives words with times from the start of that file
 */
export async function recogniseInPieces(
  recording: Recording,
  { signal, kept, progress }: EngineScope,
  recognise: (wav: Buffer, heard: Span) => Promise<SpokenWord[]>,
): Promise<SpokenWord[]> {
  const words: SpokenWord[] = []
  for (const { core, heard } of piecesOf(recording.levels, recording.duration)) {
    signal.throwIfAborted()
    let spoken = await kept.piece(core)
    if (!spoken) {
      // An engine that is given silence makes words up.
      const found = isQuiet(levelsOf(recording.levels, heard))
        ? []
        : await recognise(await recording.wav(heard), heard)
      spoken = found.map((word) => shifted(word, heard.start, recording.duration)).filter(isIn(core))
      await kept.keepPiece(core, spoken)
    }
    words.push(...spoken)
    progress(core.end / recording.duration)
  }
  return words
}

function shifted(word: SpokenWord, by: number, latest: number): SpokenWord {
  const time = (seconds: number) => Math.min(latest, Math.round((seconds + by) * 1000) / 1000)
  return { ...word, start: time(word.start), end: time(word.end) }
}

const isIn =
  ({ start, end }: Span) =>
  (word: SpokenWord): boolean => {
    const middle = (word.start + word.end) / 2
    return middle >= start && middle < end
  }
