import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scratchDirectory } from '../audio/scratch.ts'
import { decoded, ffmpeg, memory, sample, scopeWith, truthOf, wordErrorRate } from '../testing/recordings.ts'
import { pocketsphinx, wordsOf } from './pocketsphinx.ts'

const textOf = (words: { text: string }[]) => words.map((word) => word.text).join(' ')

// Recognition is polite: beside other tests it may take ten times what it takes alone.
describe('pocketsphinx', { timeout: 240_000 }, () => {
  it.each([
    ['memo', 'memo.wav', 'audio/wav'],
    ['call', 'call.ogg', 'audio/ogg'],
  ])('reads the sample %s', async (name, file, mediaType) => {
    await using directory = await scratchDirectory()
    const recording = await decoded(directory.path, sample(file), mediaType)

    const words = await pocketsphinx().recognise(recording, scopeWith(memory()))

    const rate = wordErrorRate(await truthOf(name), textOf(words))
    console.log(`word error rate of ${file}: ${(rate * 100).toFixed(1)} % (a synthetic voice; no claim)`)
    // Not a promise of quality: above this the engine has heard something else.
    expect(rate).toBeLessThan(0.5)
    for (const [index, word] of words.entries()) {
      expect(word.start).toBeGreaterThanOrEqual(words[index - 1]?.end ?? 0)
      expect(word.end).toBeGreaterThan(word.start)
      expect(word.end).toBeLessThanOrEqual(recording.duration)
      expect(word.confidence).toBeGreaterThan(0)
      expect(word.confidence).toBeLessThanOrEqual(1)
    }
  })

  it('times words from the start of the recording and resumes after the last finished piece', async () => {
    await using directory = await scratchDirectory()
    const file = join(directory.path, 'long.wav')
    // Silence costs nothing to read, and makes it long enough for two pieces.
    const pause = 54
    const filter = `[0:a]apad=pad_dur=${pause}[first];[first][1:a]concat=n=2:v=0:a=1`
    const end = ['-sseof', '-4', '-i', sample('memo.wav')]
    await ffmpeg(...end, ...end, '-filter_complex', filter, file)
    const recording = await decoded(directory.path, file)
    const kept = memory()

    const words = await pocketsphinx().recognise(recording, scopeWith(kept))

    expect(kept.pieces.size).toBe(2)
    // "Friday" ends the memo, so its times tell whether the clock of the second piece is right.
    const fridays = words.filter((word) => word.text === 'friday').map((word) => word.end)
    expect(fridays).toHaveLength(2)
    expect((fridays[1] ?? 0) - (fridays[0] ?? 0)).toBeCloseTo((recording.duration + pause) / 2, 0)

    const [first] = kept.pieces.keys()
    const marked = [{ text: 'marked', start: 0, end: 1, confidence: 1 }]
    kept.pieces.set(first ?? '', marked)
    const broken = pocketsphinx({ program: 'false' })
    expect((await broken.recognise(recording, scopeWith(kept)))[0]).toEqual(marked[0])
  })

  it('says that it is missing instead of failing for ever', async () => {
    await using directory = await scratchDirectory()
    const recording = await decoded(directory.path, sample('memo.wav'))
    const engine = pocketsphinx({ program: 'no-such-speech-engine' })
    await expect(engine.recognise(recording, scopeWith(memory()))).rejects.toMatchObject({
      code: 'engine_missing',
      temporary: true,
    })
  })

  it('throws, so that it is tried again, when the program ends badly', async () => {
    await using directory = await scratchDirectory()
    const recording = await decoded(directory.path, sample('memo.wav'))
    const engine = pocketsphinx({ program: 'false' })
    await expect(engine.recognise(recording, scopeWith(memory()))).rejects.toThrow(
      'pocketsphinx ended with 1',
    )
  })

  it('leaves out silence and noise and the numbers of pronunciations', () => {
    const output =
      'the [NOISE] end\n<s> 0.1 0.2 0.99\nthe(2) 0.17 0.33 0.45\n[NOISE] 0.4 0.5 0.1\nend 0.5 0.9 1.000100\n'
    expect(wordsOf(output)).toEqual([
      { text: 'the', start: 0.17, end: 0.33, confidence: 0.45 },
      { text: 'end', start: 0.5, end: 0.9, confidence: 1 },
    ])
  })
})
