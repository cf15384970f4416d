import { createRequire } from 'node:module'
import { answerWith, googleServer, packed, type Reply } from '@alta/kit/testing/google-server'
import { protos, v2 } from '@google-cloud/speech'

const { BatchRecognizeResponse, OperationMetadata } = protos.google.cloud.speech.v2

type RecognizeRequest = protos.google.cloud.speech.v2.IRecognizeRequest
type RecognizeResponse = protos.google.cloud.speech.v2.IRecognizeResponse
type BatchRequest = protos.google.cloud.speech.v2.IBatchRecognizeRequest
type FileResult = protos.google.cloud.speech.v2.IBatchRecognizeFileResult

export interface FakeGoogle {
  client(): v2.SpeechClient
  /** Called for each inline request. */
  onRecognize: (request: RecognizeRequest) => Reply<RecognizeResponse>
  /** Result of the operation for its one file, once `finished`. */
  fileResult: FileResult
  /** Refuses every look at an operation with this status. */
  operationError: { code: number; message: string } | undefined
  finished: boolean
  readonly started: BatchRequest[]
  readonly looks: string[]
  close(): Promise<void>
}

const require = createRequire(import.meta.url)

/** Speaks Google's own protocol, from the definitions that ship with the client library. */
export async function fakeGoogleSpeech(): Promise<FakeGoogle> {
  const clients: v2.SpeechClient[] = []
  const fake: FakeGoogle = {
    onRecognize: () => ({ results: [] }),
    fileResult: {},
    operationError: undefined,
    finished: false,
    started: [],
    looks: [],
    client() {
      const client = new v2.SpeechClient(server.clientOptions)
      clients.push(client)
      return client
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()))
      server.close()
    },
  }

  const server = await googleServer(require('@google-cloud/speech/build/protos/protos.json'), {
    'google.cloud.speech.v2.Speech': {
      recognize: answerWith<RecognizeRequest, RecognizeResponse>((request) => fake.onRecognize(request)),
      batchRecognize: answerWith<BatchRequest, unknown>((request) => {
        fake.started.push(request)
        return operation(false)
      }),
    },
    'google.longrunning.Operations': {
      getOperation: answerWith<{ name: string }, unknown>(({ name }) => {
        fake.looks.push(name)
        return fake.operationError ?? operation(fake.finished)
      }),
    },
  })
  return fake

  function operation(done: boolean) {
    const uri = fake.started.at(-1)?.files?.[0]?.uri ?? 'gs://bucket/unknown'
    const name = `projects/alta-test/locations/global/operations/${fake.started.length}`
    const progress = OperationMetadata.encode({ progressPercent: done ? 100 : 40 }).finish()
    const metadata = packed('google.cloud.speech.v2.OperationMetadata', progress)
    if (!done) return { name, done, metadata }
    const response = BatchRecognizeResponse.encode({ results: { [uri]: fake.fileResult } }).finish()
    return {
      name,
      done,
      metadata,
      response: packed('google.cloud.speech.v2.BatchRecognizeResponse', response),
    }
  }
}
