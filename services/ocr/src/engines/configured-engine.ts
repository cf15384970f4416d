import { googleAccessToken, googleCloudStorage } from '@alta/kit/storage/google-cloud-storage'
import { v1 } from '@google-cloud/documentai'
import type { config } from '../config.ts'
import type { OcrEngine } from './engine.ts'
import { googleDocumentAi } from './google.ts'
import { tesseract } from './tesseract.ts'

type Settings = Pick<
  typeof config,
  | 'OCR_ENGINE'
  | 'OCR_WORKERS'
  | 'GCS_PROJECT_ID'
  | 'GCS_BUCKET_NAME'
  | 'GOOGLE_APPLICATION_CREDENTIALS'
  | 'GOOGLE_DOCUMENT_AI_LOCATION'
  | 'GOOGLE_DOCUMENT_AI_PROCESSOR'
>

/**
 * The engine that the settings name.
 * @throws {Error} when Google is wanted and its project or processor is not named
 */
export function configuredEngine(settings: Settings): OcrEngine {
  if (settings.OCR_ENGINE === 'tesseract')
    return tesseract(settings.OCR_WORKERS > 0 ? { workers: settings.OCR_WORKERS } : {})

  const projectId = settings.GCS_PROJECT_ID
  const processor = settings.GOOGLE_DOCUMENT_AI_PROCESSOR
  if (!projectId || !processor)
    throw new Error('OCR_ENGINE=google needs GCS_PROJECT_ID and GOOGLE_DOCUMENT_AI_PROCESSOR')
  const location = settings.GOOGLE_DOCUMENT_AI_LOCATION
  const keyFilename = settings.GOOGLE_APPLICATION_CREDENTIALS
  const bucket = settings.GCS_BUCKET_NAME
  return googleDocumentAi({
    client: new v1.DocumentProcessorServiceClient({
      projectId,
      ...(keyFilename && { keyFilename }),
      // Documents stay in the region of their processor, which has an address of its own.
      apiEndpoint: `${location}-documentai.googleapis.com`,
    }),
    processor: `projects/${projectId}/locations/${location}/processors/${processor}`,
    bucket: bucket ? googleCloudStorage({ bucket, accessToken: googleAccessToken(keyFilename) }) : undefined,
  })
}
