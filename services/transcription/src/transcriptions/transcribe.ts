import { Readable } from 'node:stream'
import type { voiceTranscriptionRequested } from '@alta/contracts/events/voice-transcription-requested.v1'
import type { StoredFile } from '@alta/contracts/resources/file'
import { transcript } from '@alta/contracts/resources/recognition'
import type { WorkScope } from '@alta/kit/events/handlers'
import type { FileStorage } from '@alta/kit/storage/storage'
import type { z } from 'zod'
import { mayHoldSpeech } from '../audio/levels.ts'
import { decode } from '../audio/recording.ts'
import { scratchDirectory } from '../audio/scratch.ts'
import { RecognitionFailure, type SpeechEngine, type SpokenWord } from '../engines/engine.ts'
import type { JobRepository } from './job.repository.ts'
import { meanConfidence, segmentsOf } from './segments.ts'

export type Request = z.output<typeof voiceTranscriptionRequested.schema>

/** What came of it. A failure here is a result like any other: the recording itself is the reason. */
export type Outcome =
  | { kind: 'read'; engine: string; duration: number; confidence: number; result: StoredFile }
  | { kind: 'failed'; code: string; detail: string; temporary: boolean }

export interface TranscriptionParts {
  readonly jobs: JobRepository
  readonly files: FileStorage
  readonly engine: SpeechEngine
  /** Longest recording taken, in seconds. */
  readonly maximumDuration: number
}

/**
 * Reads one recording and puts the transcript in storage. Safe to repeat: finished pieces are found again and
 * the same transcript is the same file.
 * @throws whatever may be gone at the next attempt
 */
export async function transcribe(
  { jobs, files, engine, maximumDuration }: TranscriptionParts,
  request: Request,
  { signal, message, progress }: WorkScope,
): Promise<Outcome> {
  await using scratch = await scratchDirectory()
  try {
    const language = languageFor(engine, request.languages)
    const job = { tenantId: message.tenantId, recognitionId: request.recognitionId, engine: engine.name }
    await jobs.begin(job, request)

    const source = await files.open(request.file.sha256)
    const { mediaType } = request.file
    const recording = await decode(source, { directory: scratch.path, mediaType, maximumDuration, signal })
    if (!mayHoldSpeech(recording.levels)) throw noSpeech()

    const { recognitionId } = request
    const kept = jobs.keptWork(job)
    const words = await engine.recognise(recording, { language, recognitionId, signal, kept, progress })
    if (words.length === 0) throw noSpeech()

    const result = await store(files, engine.name, language, recording.duration, words)
    const { duration } = recording
    return { kind: 'read', engine: engine.name, duration, confidence: meanConfidence(words), result }
  } catch (error) {
    if (!(error instanceof RecognitionFailure)) throw error
    return { kind: 'failed', code: error.code, detail: error.message, temporary: error.temporary }
  }
}

/** The most likely language that the engine knows. */
function languageFor(engine: SpeechEngine, wanted: readonly string[]): string {
  const language = wanted.find((code) => engine.languages.includes(code))
  if (language) return language
  throw new RecognitionFailure(
    'unsupported_language',
    `The speech engine ${engine.name} reads ${engine.languages.join(', ')} and not ${wanted.join(', ')}.`,
    { temporary: false },
  )
}

async function store(
  files: FileStorage,
  engine: string,
  language: string,
  duration: number,
  words: SpokenWord[],
): Promise<StoredFile> {
  const segments = segmentsOf(words)
  const text = segments.map((segment) => segment.text).join('\n')
  const body = transcript.parse({
    engine,
    language,
    duration,
    confidence: meanConfidence(words),
    text,
    segments,
  })
  const stored = await files.put(Readable.from([Buffer.from(JSON.stringify(body))]))
  return { ...stored, mediaType: 'application/json' }
}

const noSpeech = (): RecognitionFailure =>
  new RecognitionFailure('no_speech', 'The recording holds no speech.', { temporary: false })
