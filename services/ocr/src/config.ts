import {
  brokerEnvironment,
  databaseEnvironment,
  filesEnvironment,
  integer,
  oneOf,
  readConfig,
  seconds,
  serviceEnvironment,
  text,
} from '@alta/kit/config'

export const config = readConfig('services/ocr/src/config.ts', {
  ...serviceEnvironment,
  ...databaseEnvironment,
  ...brokerEnvironment,
  ...filesEnvironment,
  OCR_ENGINE: oneOf(['tesseract', 'google'], { default: 'tesseract' }).describe(
    'Who reads documents: Tesseract (English and French, on this machine) or Google Document AI.',
  ),
  OCR_WORKERS: integer({ default: 0, min: 0, max: 64 }).describe(
    'Pages read at the same time by Tesseract, a thread each. 0: one for each core.',
  ),
  OCR_TIME_LIMIT_SECONDS: seconds({ default: 3600, min: 60, max: 86_400 }).describe(
    'For one attempt at one document. The next attempt goes on with the pages that are missing.',
  ),
  GCS_PROJECT_ID: text().optional().describe('Google Cloud project. Needed by the google engine.'),
  GCS_BUCKET_NAME: text()
    .optional()
    .describe(
      'Bucket where PDFs of more than 90 pages wait for Google; wants a lifecycle rule of some days. Empty: they are sent in parts of 30 pages.',
    ),
  GOOGLE_APPLICATION_CREDENTIALS: text()
    .optional()
    .describe('Key file of the service account. Empty: the identity of the machine or pod.'),
  GOOGLE_DOCUMENT_AI_LOCATION: text({ default: 'eu' }).describe('Region of the processor: eu, us, …'),
  GOOGLE_DOCUMENT_AI_PROCESSOR: text()
    .optional()
    .describe('Id of the OCR processor. Needed by the google engine.'),
})
