import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { voiceTranscriptionCompleted } from '@alta/contracts/events/voice-transcription-completed.v1'
import { voiceTranscriptionFailed } from '@alta/contracts/events/voice-transcription-failed.v1'
import { voiceTranscriptionRequested } from '@alta/contracts/events/voice-transcription-requested.v1'
import { transcript } from '@alta/contracts/resources/recognition'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { RecognitionSchema } from '@alta/kit/recognition/recognition-tables'
import { type FileStorage, openStorage } from '@alta/kit/storage/storage'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { deliverTo, emitted, eventOf } from '@alta/kit/testing/deliver'
import { metricValue } from '@alta/kit/testing/metrics'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { scratchDirectory } from '../audio/scratch.ts'
import type { SpeechEngine } from '../engines/engine.ts'
import { pocketsphinx } from '../engines/pocketsphinx.ts'
import { subscriptions } from '../subscriptions.ts'
import { sample } from '../testing/recordings.ts'
import { jobRepository } from './job.repository.ts'

let directory: Awaited<ReturnType<typeof scratchDirectory>>
let files: FileStorage
let test: TestDatabase<RecognitionSchema>

beforeAll(async () => {
  directory = await scratchDirectory()
  files = openStorage({
    FILES_DIRECTORY: directory.path,
    FILES_S3_BUCKET: undefined,
    FILES_S3_REGION: 'us-east-1',
    FILES_S3_ENDPOINT: undefined,
    FILES_S3_ACCESS_KEY_ID: undefined,
    FILES_S3_SECRET_ACCESS_KEY: undefined,
    FILES_S3_PATH_STYLE: true,
  })
})
afterAll(async () => {
  await directory[Symbol.asyncDispose]()
})
beforeEach(async () => {
  test = await createTestDatabase('transcription', new URL('../database/migrations/', import.meta.url))
})
afterEach(() => test.close())

const deliver = (engine: SpeechEngine) =>
  deliverTo(
    test.database,
    subscriptions({
      jobs: jobRepository(test.database),
      files,
      engine,
      maximumDuration: 600,
      timeLimit: 200_000,
    }),
  )

async function requested(name: string, mediaType = 'audio/wav', languages = ['en']) {
  const stored = await files.put(createReadStream(sample(name)))
  return eventOf(voiceTranscriptionRequested, {
    voiceSampleId: randomUUIDv7(),
    projectId: randomUUIDv7(),
    recognitionId: randomUUIDv7(),
    version: 1,
    file: { ...stored, mediaType },
    languages,
  })
}

const word = { text: 'hello', start: 1, end: 1.5, confidence: 0.5 }
const hearing = (recognise: SpeechEngine['recognise']): SpeechEngine => ({
  name: 'test-engine',
  languages: ['en'],
  recognise,
})

it('leaves a transcript in storage and tells where, once for two deliveries', async () => {
  const event = await requested('call.ogg', 'audio/ogg')
  const send = deliver(pocketsphinx())
  expect([await send(event), await send(event)]).toEqual(['SUCCESS', 'SUCCESS'])

  const completed = await emitted(test.admin, voiceTranscriptionCompleted)
  expect(completed).toHaveLength(1)
  expect(completed[0]).toMatchObject({ engine: 'pocketsphinx', duration: expect.closeTo(11.9, 1) })
  const result = transcript.parse(await json(await files.open(completed[0]?.result.sha256 ?? '')))
  expect(result.language).toBe('en')
  expect(result.text).toContain('the second part')
  expect(result.segments.length).toBeGreaterThan(1)
  const words = result.segments.flatMap((segment) => segment.words)
  expect(words.every(({ start, end }) => start < end && end <= result.duration)).toBe(true)
  expect(result.waveform?.peaks.length).toBeGreaterThan(2 * 20 * 11)
  const { rows } = await test.admin.query('select status from jobs')
  expect(rows).toEqual([{ status: 'read' }])
  expect((await test.admin.query('select 1 from job_parts')).rows).toEqual([])
}, 240_000)

it('counts the seconds that were heard, and none of a recording without speech', async () => {
  const heard = () => metricValue('alta_transcription_audio_seconds_total')
  const before = (await heard()) ?? 0
  await deliver(hearing(async () => [word]))(await requested('memo.wav'))
  const after = (await heard()) ?? 0
  expect(after - before).toBeGreaterThan(1)
  await deliver(hearing(async () => []))(await requested('memo.wav'))
  expect(await heard()).toBe(after)
})

it('finds no speech in a silent recording', async () => {
  await deliver(pocketsphinx())(await requested('silence.wav'))
  expect(await emitted(test.admin, voiceTranscriptionFailed)).toMatchObject([
    { code: 'no_speech', temporary: false },
  ])
})

it('finds no speech where the engine heard no word', async () => {
  await deliver(hearing(async () => []))(await requested('memo.wav'))
  expect(await emitted(test.admin, voiceTranscriptionFailed)).toMatchObject([{ code: 'no_speech' }])
})

it('tells that a file is unreadable', async () => {
  const event = await requested('memo.wav')
  const broken = await files.put(Readable.from([Buffer.from('no recording at all')]))
  const data = { ...(event.data as object), file: { ...broken, mediaType: 'audio/flac' } }
  await deliver(pocketsphinx())({ ...event, data })
  expect(await emitted(test.admin, voiceTranscriptionFailed)).toMatchObject([
    { code: 'unreadable_file', temporary: false },
  ])
})

it('tells that the engine is missing, which may pass', async () => {
  await deliver(pocketsphinx({ program: 'no-such-engine' }))(await requested('memo.wav'))
  expect(await emitted(test.admin, voiceTranscriptionFailed)).toMatchObject([
    { code: 'engine_missing', temporary: true },
  ])
})

it('tells that the engine does not know the language', async () => {
  await deliver(pocketsphinx())(await requested('memo.wav', 'audio/wav', ['fr']))
  expect(await emitted(test.admin, voiceTranscriptionFailed)).toMatchObject([
    { code: 'unsupported_language', temporary: false },
  ])
})

it('parks the event when the engine stumbles, and the next attempt finds what was finished', async () => {
  const event = await requested('memo.wav')
  const span = { start: 0, end: 5.25 }
  const stumbles = hearing(async (_recording, { kept }) => {
    await kept.keepPiece(span, [word])
    await kept.keepOperation('operations/1')
    throw new Error('quota exceeded')
  })
  await deliver(stumbles)(event)
  expect(await emitted(test.admin, voiceTranscriptionFailed)).toEqual([])

  const resumes = hearing(async (_recording, { kept }) => {
    expect(await kept.operation()).toBe('operations/1')
    return (await kept.piece(span)) ?? []
  })
  await deliver(resumes)({ ...event, id: randomUUIDv7() })
  expect(await emitted(test.admin, voiceTranscriptionCompleted)).toMatchObject([{ confidence: 0.5 }])
  expect((await test.admin.query('select attempts, operation_name from jobs')).rows).toEqual([
    { attempts: 2, operation_name: null },
  ])
})
