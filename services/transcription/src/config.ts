import {
  brokerEnvironment,
  databaseEnvironment,
  filesEnvironment,
  oneOf,
  readConfig,
  seconds,
  serviceEnvironment,
  text,
} from '@alta/kit/config'

export const config = readConfig('services/transcription/src/config.ts', {
  ...serviceEnvironment,
  ...databaseEnvironment,
  ...brokerEnvironment,
  ...filesEnvironment,
  SPEECH_ENGINE: oneOf(['pocketsphinx', 'google'], { default: 'pocketsphinx' }).describe(
    'Who reads recordings: Debian’s pocketsphinx (English, on this machine) or Google Speech.',
  ),
  POCKETSPHINX_PROGRAM: text({ default: 'pocketsphinx_continuous' }).describe(
    'Found on PATH, or a whole path.',
  ),
  TRANSCRIPTION_TIME_LIMIT_SECONDS: seconds({ default: 7200, min: 60, max: 86_400 }).describe(
    'For one attempt at one recording. The next attempt goes on after the last finished piece.',
  ),
  RECORDING_MAXIMUM_SECONDS: seconds({ default: 14_400, min: 60, max: 28_800 }).describe(
    'Longest recording taken. Google takes 8 hours at most.',
  ),
  GCS_PROJECT_ID: text().optional().describe('Google Cloud project. Needed by the google engine.'),
  GCS_BUCKET_NAME: text()
    .optional()
    .describe('Bucket where recordings longer than a minute wait for Google. Empty: sent minute by minute.'),
  GOOGLE_APPLICATION_CREDENTIALS: text()
    .optional()
    .describe('Key file of the service account. Empty: the identity of the machine or pod.'),
  GOOGLE_SPEECH_LOCATION: text({ default: 'global' }).describe(
    'Region that reads the recordings, such as europe-west4, or global.',
  ),
  GOOGLE_SPEECH_MODEL: text({ default: 'long' }).describe(
    'Google’s model: long, short, telephony, chirp_2, …',
  ),
})
