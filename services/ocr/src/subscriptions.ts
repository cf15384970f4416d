import { documentOcrRequested } from '@alta/contracts/events/document-ocr-requested.v1'
import { work } from '@alta/kit/events/handlers'
import { readDocument } from './recognitions/read-document.ts'
import type { OcrParts } from './recognitions/recognise.ts'

// The whole inbox.
export const subscriptions = (parts: OcrParts & { timeLimit: number }) => [
  work(documentOcrRequested, readDocument(parts)), // document.ocr-requested.v1
]
