import { openAsBlob } from 'node:fs'
import { finishedOperation } from '@alta/kit/google/operation'
import { codeOf, orAborted, StatusError, status } from '@alta/kit/google/status'
import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'
import type { CloudBucket } from '@alta/kit/storage/google-cloud-storage'
import { protos, type v2 } from '@google-cloud/speech'
import { LONGEST_PIECE } from '../audio/pieces.ts'
import type { Recording } from '../audio/recording.ts'
import type { EngineScope, SpeechEngine, SpokenWord } from './engine.ts'
import { wordsOfResults } from './google-results.ts'
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
  readonly bucket?: CloudBucket | undefined
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
        return recording.duration > LONGEST_PIECE && options.bucket
          ? await recogniseLong(options, options.bucket, recording, scope)
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
  bucket: CloudBucket,
  recording: Recording,
  scope: EngineScope,
): Promise<SpokenWord[]> {
  const { signal, kept } = scope
  const object = `transcription/${scope.recognitionId}.flac`
  let name = await kept.operation()
  if (name === undefined) {
    const flac = await openAsBlob(await recording.flac(signal), { type: 'audio/flac' })
    const uri = await bucket.upload(object, flac, signal)
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
    await bucket.remove(object)
    return words
  } catch (error) {
    // Unless we were only interrupted, or could not ask, the next attempt has to start a new operation.
    if (error instanceof StatusError || codeOf(error) === status.NOT_FOUND)
      await kept.keepOperation(undefined)
    throw error
  }
}

async function collect(
  { client, pollInterval = 5_000 }: GoogleOptions,
  name: string,
  { signal, progress }: EngineScope,
): Promise<SpokenWord[]> {
  const { response } = await finishedOperation(() => client.checkBatchRecognizeProgress(name), {
    signal,
    pollInterval,
    seen: (metadata) => progress((OperationMetadata.decode(metadata).progressPercent ?? 0) / 100),
  })
  return wordsOfFile(response)
}

function wordsOfFile(response: Uint8Array): SpokenWord[] {
  const [file] = Object.values(BatchRecognizeResponse.decode(response).results)
  if (file?.error?.code) throw new StatusError(file.error)
  const transcript = file?.inlineResult?.transcript
  if (!transcript) throw new StatusError({ message: 'the operation ended without a result for the file' })
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

/** What Google will refuse again however often it is asked; everything else (quota, outages) is worth a retry. */
function refused(error: unknown): RecognitionFailure | undefined {
  const code = codeOf(error)
  if (code !== status.INVALID_ARGUMENT && code !== status.OUT_OF_RANGE) return undefined
  return new RecognitionFailure('engine_refused', 'Google Speech does not accept this recording.', {
    temporary: false,
    cause: error,
  })
}
