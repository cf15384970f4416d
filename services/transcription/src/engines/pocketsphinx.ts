import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asText, runProgram } from '../audio/run-program.ts'
import { scratchDirectory } from '../audio/scratch.ts'
import type { SpeechEngine, SpokenWord } from './engine.ts'
import { recogniseInPieces } from './in-pieces.ts'

/** Milliseconds for one piece: twenty times what it takes on one idle core. */
const TIME_LIMIT = 10 * 60_000

/**
 * CMU pocketsphinx with its US English model, as Debian ships both. It runs anywhere and is honest about its
 * doubts; on read speech about every third word is wrong, so most of its work goes to review.
 * Its own noise removal stays on: without it clear speech gets a little better and noisy speech much worse.
 */
export function pocketsphinx({
  program = 'pocketsphinx_continuous',
}: {
  program?: string
} = {}): SpeechEngine {
  return {
    name: 'pocketsphinx',
    languages: ['en'],
    recognise: (recording, scope) =>
      recogniseInPieces(recording, scope, (wav) => recognise(program, wav, scope.signal)),
  }
}

async function recognise(program: string, wav: Buffer, signal: AbortSignal): Promise<SpokenWord[]> {
  await using scratch = await scratchDirectory()
  const file = join(scratch.path, 'piece.wav')
  await writeFile(file, wav)
  const { code, output, stderr } = await runProgram(
    program,
    ['-infile', file, '-time', 'yes'],
    { signal, timeLimit: TIME_LIMIT },
    asText(4_000_000),
  )
  if (code !== 0) throw new Error(`pocketsphinx ended with ${code}: ${stderr.slice(-500)}`)
  return wordsOf(output)
}

/**
 * With `-time yes` each utterance is a line of text and then one line per word:
 * `word start end probability`. Alternative pronunciations are numbered, as `the(2)`; what stands in
 * `<…>`, `[…]` or between plus signs is silence, breath or noise.
 */
export function wordsOf(output: string): SpokenWord[] {
  return output.split('\n').flatMap((line) => {
    const [, word, start, end, probability] =
      /^(\S+) (\d+\.\d+) (\d+\.\d+) (\d+(?:\.\d+)?(?:e-?\d+)?)$/.exec(line.trim()) ?? []
    const text = word?.replace(/\(\d+\)$/, '')
    if (!text || /^(<.*>|\[.*\]|\+\+.*\+\+)$/.test(text)) return []
    return [{ text, start: Number(start), end: Number(end), confidence: Math.min(1, Number(probability)) }]
  })
}
