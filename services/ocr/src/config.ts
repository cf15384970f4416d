import {
  brokerEnvironment,
  databaseEnvironment,
  filesEnvironment,
  googleEnvironment,
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
  ...googleEnvironment,
  OCR_ENGINE: oneOf(['tesseract', 'google'], { default: 'tesseract' }).describe(
    'Who reads documents: Tesseract (English and French, on this machine) or Google Document AI.',
  ),
  OCR_WORKERS: integer({ default: 0, min: 0, max: 64 }).describe(
    'Pages read at the same time by Tesseract, a thread each. 0: one for each core.',
  ),
  OCR_TIME_LIMIT_SECONDS: seconds({ default: 3600, min: 60, max: 86_400 }).describe(
    'For one attempt at one document. The next attempt goes on with the pages that are missing.',
  ),
  GOOGLE_DOCUMENT_AI_LOCATION: text({ default: 'eu' }).describe('Region of the processor: eu, us, …'),
  GOOGLE_DOCUMENT_AI_PROCESSOR: text()
    .optional()
    .describe('Id of the OCR processor. Needed by the google engine.'),
})
