import { join } from 'node:path'
import { status } from '@alta/kit/google/status'
import { type FakeBucket, fakeGoogleBucket } from '@alta/kit/testing/google-bucket'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Recording } from '../audio/recording.ts'
import { scratchDirectory } from '../audio/scratch.ts'
import { type FakeGoogle, fakeGoogleSpeech } from '../testing/fake-google-speech.ts'
import { decoded, ffmpeg, memory, sample, scopeWith } from '../testing/recordings.ts'
import { type GoogleOptions, googleSpeech } from './google.ts'

const { RESOURCE_EXHAUSTED, INVALID_ARGUMENT, NOT_FOUND } = status

const at = (seconds: number) => ({ seconds: Math.floor(seconds), nanos: Math.round((seconds % 1) * 1e9) })
const said = (word: string, start: number, confidence?: number) => ({
  alternatives: [
    {
      transcript: word,
      confidence: 0.7,
      words: [
        { word, startOffset: at(start), endOffset: at(start + 0.5), ...(confidence && { confidence }) },
      ],
    },
  ],
})

let directories: Awaited<ReturnType<typeof scratchDirectory>>[]
let short: Recording
let long: Recording
let google: FakeGoogle
let storage: FakeBucket

beforeAll(async () => {
  directories = [await scratchDirectory(), await scratchDirectory(), await scratchDirectory()]
  const [forShort, forLong, forSource] = directories.map(({ path }) => path)
  short = await decoded(forShort ?? '', sample('memo.wav'))
  const source = join(forSource ?? '', 'long.wav')
  await ffmpeg('-stream_loop', '6', '-i', sample('memo.wav'), source)
  long = await decoded(forLong ?? '', source)
})
afterAll(async () => {
  for (const directory of directories) await directory[Symbol.asyncDispose]()
})
beforeEach(async () => {
  google = await fakeGoogleSpeech()
  storage = await fakeGoogleBucket()
})
afterEach(() => Promise.all([google.close(), storage.close()]))

const engine = (options: Partial<GoogleOptions> = {}) =>
  googleSpeech({
    client: google.client(),
    projectId: 'alta-test',
    location: 'global',
    model: 'long',
    pollInterval: 20,
    ...options,
  })

describe('Google Speech, up to a minute', () => {
  it('sends the recording inline and gives words with times and confidence', async () => {
    let request: Parameters<FakeGoogle['onRecognize']>[0] = {}
    google.onRecognize = (got) => {
      request = got
      return { results: [said('good', 0.25, 0.95), said('morning', 0.75)] }
    }

    const words = await engine().recognise(short, scopeWith(memory()))

    expect(words).toEqual([
      { text: 'good', start: 0.25, end: 0.75, confidence: expect.closeTo(0.95) },
      { text: 'morning', start: 0.75, end: 1.25, confidence: expect.closeTo(0.7) },
    ])
    expect(request.recognizer).toBe('projects/alta-test/locations/global/recognizers/_')
    expect(request.config?.languageCodes).toEqual(['en-US'])
    expect(
      Buffer.from(request.content ?? '')
        .subarray(0, 4)
        .toString(),
    ).toBe('RIFF')
  })

  it('throws, so that it is tried again, when the quota is used up', async () => {
    google.onRecognize = () => ({ code: RESOURCE_EXHAUSTED, message: 'quota exceeded' })
    await expect(engine().recognise(short, scopeWith(memory()))).rejects.toThrow('quota exceeded')
  })

  it('fails the item for good when Google will never take it', async () => {
    google.onRecognize = () => ({ code: INVALID_ARGUMENT, message: 'bad encoding' })
    await expect(engine().recognise(short, scopeWith(memory()))).rejects.toMatchObject({
      code: 'engine_refused',
      temporary: false,
    })
  })

  it('does not wait for Google when the work is aborted', async () => {
    const abort = new AbortController()
    google.onRecognize = () => {
      abort.abort(new Error('stopping'))
      return { results: [] }
    }
    await expect(engine().recognise(short, scopeWith(memory(), abort.signal))).rejects.toThrow('stopping')
  })
})

describe('Google Speech, longer than a minute without a bucket', () => {
  it('sends pieces, and after a failure in the middle only those that are missing', async () => {
    const kept = memory()
    let calls = 0
    google.onRecognize = () =>
      ++calls === 2
        ? { code: RESOURCE_EXHAUSTED, message: 'quota exceeded' }
        : { results: [said(`piece${calls}`, 5, 0.9)] }

    await expect(engine().recognise(long, scopeWith(kept))).rejects.toThrow('quota exceeded')
    expect(kept.pieces.size).toBe(1)
    const words = await engine().recognise(long, scopeWith(kept))

    expect(words.map((word) => word.text)).toEqual(['piece1', 'piece3'])
    expect(words[1]?.start).toBeGreaterThan(27)
    expect(calls).toBe(3)
  })
})

describe('Google Speech, longer than a minute with a bucket', () => {
  const result = { inlineResult: { transcript: { results: [said('hello', 61, 0.8)] } } }

  it('collects a long-running operation that another process started', async () => {
    const kept = memory()
    const { bucket } = storage
    const crash = new AbortController()
    const first = engine({ bucket }).recognise(long, {
      ...scopeWith(kept, crash.signal),
      progress: (fraction) => {
        expect(fraction).toBeCloseTo(0.4)
        crash.abort(new Error('killed'))
      },
    })
    await expect(first).rejects.toThrow()
    expect(kept.name).toBe('projects/alta-test/locations/global/operations/1')
    const object = `transcription/${scopeWith(kept).recognitionId}.flac`
    expect(storage.objects.get(object)?.bytes.subarray(0, 4).toString()).toBe('fLaC')

    google.finished = true
    google.fileResult = result
    const words = await engine({ bucket }).recognise(long, scopeWith(kept))

    expect(words).toEqual([{ text: 'hello', start: 61, end: 61.5, confidence: expect.closeTo(0.8) }])
    expect(google.started).toHaveLength(1)
    expect(new Set(google.looks)).toEqual(new Set([kept.name]))
    expect(storage.calls).toEqual([`POST ${object}`, `DELETE ${object}`])
  })

  it('starts a new operation after one that failed for its file', async () => {
    const kept = memory()
    const { bucket } = storage
    google.finished = true
    google.fileResult = { error: { code: 13, message: 'internal' } }
    await expect(engine({ bucket }).recognise(long, scopeWith(kept))).rejects.toThrow('internal')
    expect(kept.name).toBeUndefined()

    google.fileResult = result
    await expect(engine({ bucket }).recognise(long, scopeWith(kept))).resolves.toHaveLength(1)
    expect(google.started).toHaveLength(2)
  })

  it('fails the item for good when Google cannot read the file', async () => {
    google.finished = true
    google.fileResult = { error: { code: INVALID_ARGUMENT, message: 'unsupported audio' } }
    const failed = engine({ bucket: storage.bucket }).recognise(long, scopeWith(memory()))
    await expect(failed).rejects.toMatchObject({ code: 'engine_refused' })
  })

  it('starts anew when the operation has been forgotten', async () => {
    const kept = memory()
    await kept.keepOperation('projects/alta-test/locations/global/operations/gone')
    google.operationError = { code: NOT_FOUND, message: 'no such operation' }
    await expect(engine({ bucket: storage.bucket }).recognise(long, scopeWith(kept))).rejects.toThrow(
      'no such',
    )
    expect(kept.name).toBeUndefined()
  })

  it('keeps the operation when only the question about it failed', async () => {
    const kept = memory()
    google.operationError = { code: RESOURCE_EXHAUSTED, message: 'too many questions' }
    await expect(engine({ bucket: storage.bucket }).recognise(long, scopeWith(kept))).rejects.toThrow(
      'questions',
    )
    expect(kept.name).toBeDefined()
  })
})
