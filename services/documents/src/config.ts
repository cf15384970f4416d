import {
  brokerEnvironment,
  bytes,
  databaseEnvironment,
  filesEnvironment,
  integer,
  readConfig,
  serviceEnvironment,
} from '@alta/kit/config'

export const config = readConfig('services/documents/src/config.ts', {
  ...serviceEnvironment,
  ...databaseEnvironment,
  ...brokerEnvironment,
  ...filesEnvironment,
  DOCUMENT_MAXIMUM_BYTES: bytes({ default: 50 * 2 ** 20, min: 1 }).describe(
    'Largest document that is taken.',
  ),
  VOICE_SAMPLE_MAXIMUM_BYTES: bytes({ default: 500 * 2 ** 20, min: 1 }).describe(
    'Largest recording that is taken.',
  ),
  DELETED_RETENTION_DAYS: integer({ default: 30, min: 0, max: 3650 }).describe(
    'Days after which deleted projects, documents and voice samples are removed from the database for good.',
  ),
  UPLOAD_EXPIRATION_HOURS: integer({ default: 24, min: 1, max: 720 }).describe(
    'Hours after which a resumable upload that nobody has gone on with is given up, with what had come of it.',
  ),
  UPLOAD_SMALLEST_PART_BYTES: bytes({ default: 2 ** 20, min: 1 }).describe(
    'Fewest bytes of a part of a resumable upload; the last one may have fewer.',
  ),
  ORPHANED_FILE_HOURS: integer({ default: 24, min: 1, max: 8760 }).describe(
    'Hours that an uploaded file is kept which nothing names: longer than any upload takes.',
  ),
})
