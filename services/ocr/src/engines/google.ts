import { codeOf, status } from '@alta/kit/google/status'
import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'
import type { CloudBucket } from '@alta/kit/storage/google-cloud-storage'
import type { v1 } from '@google-cloud/documentai'
import type { OcrEngine } from './engine.ts'
import { BYTES_PER_REQUEST } from './google-limits.ts'
import { readByOperations } from './google-operations.ts'
import { readAsImages, readAsPdf } from './google-requests.ts'
import { pagesRead } from './pages-read.ts'

export interface GoogleOptions {
  readonly client: v1.DocumentProcessorServiceClient
  /** `projects/…/locations/…/processors/…`. */
  readonly processor: string
  /** Bucket for long documents. Without it they are sent in parts. */
  readonly bucket?: CloudBucket | undefined
  /** Milliseconds between looks at a long-running operation. */
  readonly pollInterval?: number
}

/**
 * Google Document AI. A PDF goes as it is, in as few requests as the limits allow; whatever that leaves unread
 * (too large, not accepted, a page left out) goes once more as the image of the page, the way all other files go.
 */
export function googleDocumentAi(options: GoogleOptions): OcrEngine {
  return {
    name: 'google-document-ai',
    async read(source, numbers, scope) {
      const read = await pagesRead(numbers, scope)
      try {
        if (source.mediaType === 'application/pdf') {
          if (options.bucket) await readByOperations(options, options.bucket, source, read, scope)
          if (source.bytes.length <= BYTES_PER_REQUEST) await readAsPdf(options, source, read, scope)
        }
        await readAsImages(options, source, read, scope)
        return read.all()
      } catch (error) {
        throw notLetIn(error) ?? error
      }
    },
    close: () => options.client.close(),
  }
}

const locked: readonly unknown[] = [
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  // No such processor, and one that is switched off.
  status.NOT_FOUND,
  status.FAILED_PRECONDITION,
]

/** Asking again does not help until somebody changes the settings; all else (quota, outages) is tried again. */
function notLetIn(error: unknown): RecognitionFailure | undefined {
  if (!locked.includes(codeOf(error))) return undefined
  return new RecognitionFailure(
    'engine_missing',
    'Google Document AI is not set up: it refuses Alta or its processor is missing.',
    { temporary: true, cause: error },
  )
}
