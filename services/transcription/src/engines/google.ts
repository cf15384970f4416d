import { setTimeout as delay } from 'node:timers/promises'
import { protos, type v2 } from '@google-cloud/speech'
import { LONGEST_PIECE } from '../audio/pieces.ts'
import type { Recording } from '../audio/recording.ts'
import { type EngineScope, RecognitionFailure, type SpeechEngine, type SpokenWord } from './engine.ts'
import { wordsOfResults } from './google-results.ts'
import type { Waiting } from './google-upload.ts'
import { recogniseInPieces } from './in-pieces.ts'

const { BatchRecognizeResponse, OperationMetadata } = protos.google.cloud.speech.v2

/** Google's names for the languages that we know by two letters. */
const locales: Readonly<Record<string, string>> = {
  en: 'en-US',
  fr: 'fr-FR',
  de: 'de-DE',
  es: 'es-ES',
  it: 'it-IT',
  nl: 'nl-NL',
  pt: 'pt-PT',
}

export interface GoogleOptions {
  readonly client: v2.SpeechClient
  readonly projectId: string
  /** A region, or `global`. */
  readonly location: string
  readonly model: string
  /** Bucket for recordings longer than a minute. Without it they are sent minute by minute. */
  readonly waiting?: Waiting | undefined
  /** Milliseconds between looks at a long-running operation. */
  readonly pollInterval?: number
}

/**
 * Google Speech-to-Text, API v2. Not v1: only v2 says for each file of a long operation why it failed, gives its
 * result without a bucket for answers, finds out the encoding itself and keeps the audio in the region chosen.
 */
export function googleSpeech(options: GoogleOptions): SpeechEngine {
  return {
    name: 'google-speech',
    languages: Object.keys(locales),
    async recognise(recording, scope) {
      try {
        return recording.duration > LONGEST_PIECE && options.waiting
          ? await recogniseLong(options, options.waiting, recording, scope)
          : await recognisePieces(options, recording, scope)
      } catch (error) {
        throw refused(error) ?? error
      }
    },
  }
}

const recognisePieces = (options: GoogleOptions, recording: Recording, scope: EngineScope) =>
  recogniseInPieces(recording, scope, async (content) => {
    const request = { ...whatToRead(options, scope.language), content }
    const [response] = await orAborted(scope.signal, options.client.recognize(request, { timeout: 120_000 }))
    return wordsOfResults(response.results ?? [])
  })

/**
 * One long-running operation for the whole recording. Its name is kept before the first look at it: whoever
 * takes over after a crash asks for its result instead of paying for a second one.
 */
async function recogniseLong(
  options: GoogleOptions,
  waiting: Waiting,
  recording: Recording,
  scope: EngineScope,
): Promise<SpokenWord[]> {
  const { signal, kept } = scope
  const object = `transcription/${scope.recognitionId}.flac`
  let name = await kept.operation()
  if (name === undefined) {
    const uri = await waiting.upload(object, await recording.flac(signal), signal)
    const request = {
      ...whatToRead(options, scope.language),
      files: [{ uri }],
      recognitionOutputConfig: { inlineResponseConfig: {} },
    }
    const [operation] = await orAborted(signal, options.client.batchRecognize(request))
    name = operation.name
    if (!name) throw new Error('Google started an operation without a name')
    await kept.keepOperation(name)
  }
  try {
    const words = await collect(options, name, scope)
    await waiting.remove(object)
    return words
  } catch (error) {
    // Unless we were only interrupted, or could not ask, the next attempt has to start a new operation.
    if (error instanceof OperationFailed || codeOf(error) === NOT_FOUND) await kept.keepOperation(undefined)
    throw error
  }
}

async function collect(
  { client, pollInterval = 5_000 }: GoogleOptions,
  name: string,
  { signal, progress }: EngineScope,
): Promise<SpokenWord[]> {
  for (;;) {
    const { latestResponse } = await orAborted(signal, client.checkBatchRecognizeProgress(name))
    if (latestResponse.error) throw new OperationFailed(latestResponse.error)
    if (latestResponse.done) return wordsOfFile(bytesOf(latestResponse.response))
    const metadata = OperationMetadata.decode(bytesOf(latestResponse.metadata))
    progress((metadata.progressPercent ?? 0) / 100)
    await delay(pollInterval, undefined, { signal })
  }
}

function wordsOfFile(response: Uint8Array): SpokenWord[] {
  const [file] = Object.values(BatchRecognizeResponse.decode(response).results)
  if (file?.error?.code) throw new OperationFailed(file.error)
  const transcript = file?.inlineResult?.transcript
  if (!transcript) throw new OperationFailed({ message: 'the operation ended without a result for the file' })
  return wordsOfResults(transcript.results ?? [])
}

const whatToRead = ({ projectId, location, model }: GoogleOptions, language: string) => ({
  recognizer: `projects/${projectId}/locations/${location}/recognizers/_`,
  config: {
    autoDecodingConfig: {},
    languageCodes: [locales[language] ?? language],
    model,
    features: { enableWordTimeOffsets: true, enableWordConfidence: true, enableAutomaticPunctuation: true },
  },
})

/** A status inside a result. It carries `code` as an error of the transport does, so both are judged alike. */
class OperationFailed extends Error {
  override readonly name = 'OperationFailed'
  readonly code: number | undefined

  constructor(status: { code?: number | null; message?: string | null }) {
    super(status.message ?? `status ${status.code}`)
    this.code = status.code ?? undefined
  }
}

// gRPC status codes.
const INVALID_ARGUMENT = 3
const NOT_FOUND = 5
const OUT_OF_RANGE = 11

/** What Google will refuse again however often it is asked; everything else (quota, outages) is worth a retry. */
function refused(error: unknown): RecognitionFailure | undefined {
  const code = codeOf(error)
  if (code !== INVALID_ARGUMENT && code !== OUT_OF_RANGE) return undefined
  return new RecognitionFailure('engine_refused', 'Google Speech does not accept this recording.', {
    temporary: false,
    cause: error,
  })
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code

const bytesOf = (any: { value?: Uint8Array | string | null } | null | undefined): Uint8Array =>
  any?.value instanceof Uint8Array ? any.value : new Uint8Array()

/** The client library cannot be aborted, but nobody has to wait for it. */
async function orAborted<Value>(signal: AbortSignal, call: Promise<Value>): Promise<Value> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([call, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
