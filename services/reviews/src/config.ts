import {
  brokerEnvironment,
  databaseEnvironment,
  filesEnvironment,
  integer,
  readConfig,
  seconds,
  serviceEnvironment,
} from '@alta/kit/config'

export const config = readConfig('services/reviews/src/config.ts', {
  ...serviceEnvironment,
  ...databaseEnvironment,
  ...brokerEnvironment,
  ...filesEnvironment,
  CLAIM_TTL_SECONDS: seconds({ default: 900, min: 60, max: 86_400 }).describe(
    'How long a claim holds an item; claiming again starts it anew.',
  ),
  CLAIM_SWEEP_SECONDS: seconds({ default: 15, min: 1, max: 3_600 }).describe(
    'How often claims that have run out are announced as released.',
  ),
  UNDO_SECONDS: seconds({ default: 86_400, min: 0, max: 31_536_000 }).describe(
    'How long a verdict can be taken back. 0: never.',
  ),
  ORPHANED_FILE_HOURS: integer({ default: 24, min: 1, max: 8760 }).describe(
    'Hours that a corrected text is kept in file storage which no verdict names: longer than a verdict takes.',
  ),
})
