import { createRequire } from 'node:module'
import { protos, v2 } from '@google-cloud/speech'
import {
  credentials,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import { PassThroughClient } from 'google-auth-library'

const { BatchRecognizeResponse, OperationMetadata } = protos.google.cloud.speech.v2

type RecognizeRequest = protos.google.cloud.speech.v2.IRecognizeRequest
type RecognizeResponse = protos.google.cloud.speech.v2.IRecognizeResponse
type BatchRequest = protos.google.cloud.speech.v2.IBatchRecognizeRequest
type FileResult = protos.google.cloud.speech.v2.IBatchRecognizeFileResult

/** An answer, or a status to refuse with. */
type Reply<Value> = Value | { code: number; message: string }

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
  const definitions = fromJSON(require('@google-cloud/speech/build/protos/protos.json'), {
    keepCase: false,
    longs: Number,
    defaults: false,
  })
  // What loadPackageDefinition gives is typed by names only known at run time.
  const { google } = loadPackageDefinition(definitions) as unknown as {
    google: {
      cloud: { speech: { v2: { Speech: { service: Parameters<Server['addService']>[0] } } } }
      longrunning: { Operations: { service: Parameters<Server['addService']>[0] } }
    }
  }
  const server = new Server()
  const clients: v2.SpeechClient[] = []
  const fake: FakeGoogle = {
    onRecognize: () => ({ results: [] }),
    fileResult: {},
    operationError: undefined,
    finished: false,
    started: [],
    looks: [],
    client() {
      const client = new v2.SpeechClient({
        apiEndpoint: '127.0.0.1',
        port,
        sslCreds: credentials.createInsecure(),
        // Without it the library looks for the metadata server of a Google machine.
        authClient: new PassThroughClient(),
        projectId: 'alta-test',
      })
      clients.push(client)
      return client
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()))
      server.forceShutdown()
    },
  }

  server.addService(google.cloud.speech.v2.Speech.service, {
    recognize: answerWith<RecognizeRequest, RecognizeResponse>((request) => fake.onRecognize(request)),
    batchRecognize: answerWith<BatchRequest, unknown>((request) => {
      fake.started.push(request)
      return operation(false)
    }),
  })
  server.addService(google.longrunning.Operations.service, {
    getOperation: answerWith<{ name: string }, unknown>(({ name }) => {
      fake.looks.push(name)
      return fake.operationError ?? operation(fake.finished)
    }),
  })

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

  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  return fake
}

const packed = (type: string, value: Uint8Array) => ({ typeUrl: `type.googleapis.com/${type}`, value })

const answerWith =
  <Request, Value>(answer: (request: Request) => Reply<Value>) =>
  (call: ServerUnaryCall<Request, unknown>, reply: sendUnaryData<unknown>): void => {
    const value = answer(call.request)
    if (value !== null && typeof value === 'object' && 'code' in value) reply(value)
    else reply(null, value)
  }
