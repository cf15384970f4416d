import {
  brokerEnvironment,
  databaseEnvironment,
  filesEnvironment,
  googleEnvironment,
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
  ...googleEnvironment,
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
  GOOGLE_SPEECH_LOCATION: text({ default: 'global' }).describe(
    'Region that reads the recordings, such as europe-west4, or global.',
  ),
  GOOGLE_SPEECH_MODEL: text({ default: 'long' }).describe(
    'Google’s model: long, short, telephony, chirp_2, …',
  ),
})
