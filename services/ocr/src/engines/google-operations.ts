import { finishedOperation } from '@alta/kit/google/operation'
import { codeOf, orAborted, StatusError, status } from '@alta/kit/google/status'
import type { CloudBucket } from '@alta/kit/storage/google-cloud-storage'
import { protos } from '@google-cloud/documentai'
import type { ReadOptions, Source } from './engine.ts'
import type { GoogleOptions } from './google.ts'
import { BYTES_PER_OPERATION, PAGES_PER_OPERATION, PAGES_PER_REQUEST } from './google-limits.ts'
import { fieldMask, numbered, pagesOf } from './google-pages.ts'
import { processOptions } from './google-requests.ts'
import type { PagesRead } from './pages-read.ts'

const { BatchProcessMetadata, Document } = protos.google.cloud.documentai.v1

/** Up to so many pages, requests are faster than waiting for an operation. */
const WORTH_AN_OPERATION = 3 * PAGES_PER_REQUEST
/** Keeps one shard of the result small enough to be parsed at once. */
const PAGES_PER_SHARD = 50

/** All that is needed to collect an operation, by whoever takes over after a crash. */
interface Operation {
  name: string
  /** Folder of the bucket with the document and the result. */
  folder: string
  /** What was asked for. */
  pages: number[]
}

/**
 * Reads a long PDF by long-running operations, as long as that is worth it. What an operation leaves out, or
 * Google does not accept in this way, stays missing. What a crash leaves in the bucket at the wrong moment stays
 * there: give its folder `ocr/` a lifecycle rule of some days.
 */
export async function readByOperations(
  options: GoogleOptions,
  bucket: CloudBucket,
  source: Source,
  read: PagesRead,
  scope: ReadOptions,
): Promise<void> {
  if (source.bytes.length > BYTES_PER_OPERATION) return
  for (;;) {
    const begun = await scope.kept.operation()
    const before = read.missing()
    if (begun === undefined && before.length <= WORTH_AN_OPERATION) return
    const operation = begun ? parsed(begun) : await begin(options, bucket, source, before, scope)
    if (!operation) return
    await collect(options, bucket, operation, read, scope)
    if (read.missing().length === before.length) return
  }
}

/** The name is kept before the first look at it, so that nothing is paid for twice. Undefined when refused. */
async function begin(
  { client, processor }: GoogleOptions,
  bucket: CloudBucket,
  { bytes, mediaType }: Source,
  missing: readonly number[],
  { languages, signal, kept }: ReadOptions,
): Promise<Operation | undefined> {
  // A folder for each operation: what an older one writes late must not be taken for this one's.
  const folder = `ocr/${crypto.randomUUID()}`
  const pages = missing.slice(0, PAGES_PER_OPERATION)
  const content = new Blob([Uint8Array.from(bytes)], { type: mediaType })
  const gcsUri = await bucket.upload(`${folder}/document.pdf`, content, signal)
  const call = client.batchProcessDocuments(
    {
      name: processor,
      skipHumanReview: true,
      inputDocuments: { gcsDocuments: { documents: [{ gcsUri, mimeType: mediaType }] } },
      documentOutputConfig: {
        gcsOutputConfig: {
          gcsUri: `gs://${bucket.name}/${folder}/result/`,
          fieldMask,
          shardingConfig: { pagesPerShard: PAGES_PER_SHARD },
        },
      },
      processOptions: processOptions(languages, pages),
    },
    { retry: null },
  )
  try {
    const [{ name }] = await orAborted(signal, call)
    if (!name) throw new Error('Google started an operation without a name')
    await kept.keepOperation(written({ name, folder, pages }))
    return { name, folder, pages }
  } catch (error) {
    if (codeOf(error) !== status.INVALID_ARGUMENT) throw error
    await bucket.remove(`${folder}/document.pdf`)
    return undefined
  }
}

/** Keeps every page that the operation left in the bucket, whatever became of the others. */
async function collect(
  { client, pollInterval = 5_000 }: GoogleOptions,
  bucket: CloudBucket,
  { name, folder, pages }: Operation,
  read: PagesRead,
  { signal, kept }: ReadOptions,
): Promise<void> {
  const failure = await finishedOperation(() => client.checkBatchProcessDocumentsProgress(name), {
    signal,
    pollInterval,
  }).then(({ metadata }) => failureIn(metadata), failureOf)

  for (const page of numbered(await resultsIn(bucket, `${folder}/result/`, signal), pages))
    await read.keep(page)
  for (const object of await bucket.list(`${folder}/`, signal)) await bucket.remove(object)
  await kept.keepOperation(undefined)
  const left = new Set(read.missing())
  if (failure && failure.code !== status.INVALID_ARGUMENT && pages.some((number) => left.has(number)))
    throw failure
}

/** An operation may end well although its only document failed. */
function failureIn(metadata: Uint8Array): StatusError | undefined {
  const statuses = BatchProcessMetadata.decode(metadata).individualProcessStatuses
  const failed = statuses.find((one) => one.status?.code)?.status
  return failed ? new StatusError(failed) : undefined
}

/** @throws the error itself when only the question failed: the operation goes on, and is asked about again */
function failureOf(error: unknown): StatusError {
  if (error instanceof StatusError) return error
  if (codeOf(error) !== status.NOT_FOUND) throw error
  return new StatusError({ message: 'Google has forgotten the operation' })
}

async function resultsIn(bucket: CloudBucket, prefix: string, signal: AbortSignal) {
  const shards = []
  for (const object of await bucket.list(prefix, signal)) {
    if (!object.endsWith('.json')) continue
    const document = Document.fromObject(JSON.parse((await bucket.download(object, signal)).toString()))
    shards.push({ index: Number(document.shardInfo?.shardIndex ?? 0), pages: pagesOf(document) })
  }
  return shards.sort((a, b) => a.index - b.index).flatMap((shard) => shard.pages)
}

/** The name as Google gives it, followed by what it belongs to. */
const written = ({ name, folder, pages }: Operation): string =>
  `${name}?${new URLSearchParams({ folder, pages: pages.join(' ') })}`

function parsed(kept: string): Operation {
  const [name = '', query] = kept.split('?')
  const parameters = new URLSearchParams(query)
  const folder = parameters.get('folder')
  const pages = parameters.get('pages')
  if (!folder || !pages) throw new Error(`an operation was kept that is not ours: ${kept.slice(0, 200)}`)
  return { name, folder, pages: pages.split(' ').map(Number) }
}
