import { createRequire } from 'node:module'
import type { FakeBucket } from '@alta/kit/testing/google-bucket'
import { answerWith, googleServer, packed, type Reply } from '@alta/kit/testing/google-server'
import { protos, v1 } from '@google-cloud/documentai'

const { BatchProcessMetadata, BatchProcessResponse, Document } = protos.google.cloud.documentai.v1

// The library brings an older google-auth-library, whose classes differ from ours in what is not used here.
type ClientOptions = ConstructorParameters<typeof v1.DocumentProcessorServiceClient>[0]
type Answer = Reply<protos.google.cloud.documentai.v1.IDocument>
type ProcessRequest = protos.google.cloud.documentai.v1.IProcessRequest
type BatchRequest = protos.google.cloud.documentai.v1.IBatchProcessRequest

/** What one request asked for; its bytes are weighed and thrown away. */
export interface Sent {
  mimeType: string
  bytes: number
  /** Empty for an image, which is one page. */
  pages: number[]
  request: ProcessRequest
}

export interface FakeDocumentAi {
  client(): v1.DocumentProcessorServiceClient
  /** Called for each request. */
  onProcess: (sent: Sent) => Answer | Promise<Answer>
  /** Refuses to start an operation, or to look at one, with this status. */
  batchError: { code: number; message: string } | undefined
  operationError: { code: number; message: string } | undefined
  /** What became of the operation's one document, once `finished`. */
  documentStatus: { code: number; message: string } | undefined
  finished: boolean
  readonly sent: Sent[]
  readonly started: BatchRequest[]
  readonly looks: string[]
  close(): Promise<void>
}

const require = createRequire(import.meta.url)

/** Speaks Google's own protocol, from the definitions that ship with the client library. */
export async function fakeDocumentAi(): Promise<FakeDocumentAi> {
  const clients: v1.DocumentProcessorServiceClient[] = []
  const fake: FakeDocumentAi = {
    onProcess: ({ pages }) =>
      documentOf(Object.fromEntries(pages.map((number) => [number, `page ${number}`]))),
    batchError: undefined,
    operationError: undefined,
    documentStatus: undefined,
    finished: false,
    sent: [],
    started: [],
    looks: [],
    client() {
      const client = new v1.DocumentProcessorServiceClient(server.clientOptions as unknown as ClientOptions)
      clients.push(client)
      return client
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()))
      server.close()
    },
  }
  const server = await googleServer(require('@google-cloud/documentai/build/protos/protos.json'), {
    'google.cloud.documentai.v1.DocumentProcessorService': {
      processDocument: answerWith(async (request: ProcessRequest) => {
        const { content, mimeType } = request.rawDocument ?? {}
        const pages = request.processOptions?.individualPageSelector?.pages ?? []
        const sent = { mimeType: mimeType ?? '', bytes: content?.length ?? 0, pages, request }
        fake.sent.push(sent)
        const answer = await fake.onProcess(sent)
        return 'code' in answer ? answer : { document: answer }
      }),
      batchProcessDocuments: answerWith((request: BatchRequest) => {
        fake.started.push(request)
        return fake.batchError ?? operation(false)
      }),
    },
    'google.longrunning.Operations': {
      getOperation: answerWith(({ name }: { name: string }) => {
        fake.looks.push(name)
        return fake.operationError ?? operation(fake.finished)
      }),
    },
  })

  function operation(done: boolean) {
    const status = done ? fake.documentStatus : undefined
    const metadata = BatchProcessMetadata.encode({ individualProcessStatuses: [{ status: status ?? {} }] })
    const response = BatchProcessResponse.encode({}).finish()
    return {
      name: `projects/alta-test/locations/eu/operations/${fake.started.length}`,
      done,
      metadata: packed('google.cloud.documentai.v1.BatchProcessMetadata', metadata.finish()),
      ...(done && { response: packed('google.cloud.documentai.v1.BatchProcessResponse', response) }),
    }
  }
  return fake
}

/** Puts the result of the operation that was started last where it was asked for, a shard for each document. */
export function leaveResults(
  { started }: FakeDocumentAi,
  { objects }: FakeBucket,
  shards: protos.google.cloud.documentai.v1.IDocument[],
): void {
  const uri = started.at(-1)?.documentOutputConfig?.gcsOutputConfig?.gcsUri ?? ''
  for (const [shardIndex, shard] of shards.entries()) {
    const document = Document.fromObject({ ...shard, shardInfo: { shardIndex, shardCount: shards.length } })
    const bytes = Buffer.from(JSON.stringify(document))
    objects.set(`${uri.replace('gs://alta/', '')}1/0/document-${shardIndex}.json`, {
      bytes,
      mediaType: 'application/json',
    })
  }
}

const SIZE = { width: 1000, height: 2000, unit: 'pixels' }

/**
 * A document as Google gives it: each word and each comma a token, the white space after it included, the first
 * at a tenth of the page's sides and each later one a little lower.
 * @param pages text by page number
 */
export function documentOf(pages: Record<number, string>): protos.google.cloud.documentai.v1.IDocument {
  let text = ''
  const found = Object.entries(pages).map(([number, content]) => {
    const tokens = (content.match(/[\p{L}\p{N}]+\s*|[^\p{L}\p{N}\s]\s*/gu) ?? []).map((token, index, all) => {
      const raw = index === all.length - 1 ? `${token}\n` : token
      const startIndex = Array.from(text).length
      text += raw
      const [left, right, top, bottom] = [0.1, 0.3, 0.1 + index / 100, 0.11 + index / 100]
      return {
        layout: {
          textAnchor: { textSegments: [{ startIndex, endIndex: Array.from(text).length }] },
          confidence: 0.9,
          boundingPoly: {
            normalizedVertices: [
              { x: left, y: top },
              { x: right, y: top },
              { x: right, y: bottom },
              { x: left, y: bottom },
            ],
          },
        },
      }
    })
    return { pageNumber: Number(number), dimension: SIZE, tokens }
  })
  return { text, pages: found }
}
