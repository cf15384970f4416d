import { Readable } from 'node:stream'
import type { voiceTranscriptionRequested } from '@alta/contracts/events/voice-transcription-requested.v1'
import type { StoredFile } from '@alta/contracts/resources/file'
import { transcript } from '@alta/contracts/resources/recognition'
import type { WorkScope } from '@alta/kit/events/handlers'
import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'
import type { FileStorage } from '@alta/kit/storage/storage'
import type { z } from 'zod'
import { mayHoldSpeech } from '../audio/levels.ts'
import { decode, type Recording } from '../audio/recording.ts'
import { scratchDirectory } from '../audio/scratch.ts'
import type { SpeechEngine, SpokenWord } from '../engines/engine.ts'
import type { JobRepository } from './job.repository.ts'
import { meanConfidence, segmentsOf } from './segments.ts'
import { audioHeard } from './transcription.metrics.ts'

export type Request = z.output<typeof voiceTranscriptionRequested.schema>

/** What was heard, and where it lies. `duration` is in seconds. */
export interface Read {
  engine: string
  duration: number
  confidence: number
  result: StoredFile
}

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
 * @throws {RecognitionFailure} for what is wrong with the recording; anything else is worth another attempt
 */
export async function transcribe(
  { jobs, files, engine, maximumDuration }: TranscriptionParts,
  request: Request,
  { signal, message, progress }: WorkScope,
): Promise<Read> {
  await using scratch = await scratchDirectory()
  const language = languageFor(engine, request.languages)
  const run = { tenantId: message.tenantId, recognitionId: request.recognitionId, engine: engine.name }
  await jobs.begin(run, request)

  const source = await files.open(request.file.sha256)
  const { mediaType } = request.file
  const recording = await decode(source, { directory: scratch.path, mediaType, maximumDuration, signal })
  if (!mayHoldSpeech(recording.levels)) throw noSpeech()

  const { recognitionId } = request
  const kept = jobs.keptWork(run)
  const words = await engine.recognise(recording, { language, recognitionId, signal, kept, progress })
  if (words.length === 0) throw noSpeech()

  const { duration } = recording
  const result = await store(files, engine.name, language, recording, words)
  audioHeard.inc(duration)
  return { engine: engine.name, duration, confidence: meanConfidence(words), result }
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
  { duration, waveform }: Recording,
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
    waveform,
  })
  const stored = await files.put(Readable.from([Buffer.from(JSON.stringify(body))]))
  return { ...stored, mediaType: 'application/json' }
}

const noSpeech = (): RecognitionFailure =>
  new RecognitionFailure('no_speech', 'The recording holds no speech.', { temporary: false })
