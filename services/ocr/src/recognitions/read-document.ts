import { documentOcrCompleted } from '@alta/contracts/events/document-ocr-completed.v1'
import { documentOcrFailed } from '@alta/contracts/events/document-ocr-failed.v1'
import { recognitionWork } from '@alta/kit/recognition/recognition-work'
import { type OcrParts, type Request, recognise } from './recognise.ts'

/** Handles document.ocr-requested.v1: reads the document, then tells what came of it. */
export const readDocument = (parts: OcrParts & { timeLimit: number }) =>
  recognitionWork({
    timeLimit: parts.timeLimit,
    subject: 'document',
    read: (request: Request, scope) => recognise(parts, request, scope),
    tell(emit, { documentId, projectId, recognitionId, version }, outcome) {
      const about = { documentId, projectId, recognitionId, version }
      if (outcome.kind === 'read') {
        const { engine, confidence, pages, result } = outcome
        emit(documentOcrCompleted, { ...about, engine, confidence, pages, result })
      } else {
        const { code, detail, temporary } = outcome
        emit(documentOcrFailed, { ...about, code, detail, temporary })
      }
    },
  })
