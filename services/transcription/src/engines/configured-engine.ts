import { googleAccessToken, googleCloudStorage } from '@alta/kit/storage/google-cloud-storage'
import { v2 } from '@google-cloud/speech'
import type { config } from '../config.ts'
import type { SpeechEngine } from './engine.ts'
import { googleSpeech } from './google.ts'
import { pocketsphinx } from './pocketsphinx.ts'

/** @throws {Error} when Google is wanted and no project is named */
export function configuredEngine(settings: typeof config): SpeechEngine {
  if (settings.SPEECH_ENGINE === 'pocketsphinx')
    return pocketsphinx({ program: settings.POCKETSPHINX_PROGRAM })

  const projectId = settings.GCS_PROJECT_ID
  if (projectId === undefined) throw new Error('SPEECH_ENGINE=google needs GCS_PROJECT_ID')
  const location = settings.GOOGLE_SPEECH_LOCATION
  const keyFilename = settings.GOOGLE_APPLICATION_CREDENTIALS
  const bucket = settings.GCS_BUCKET_NAME
  return googleSpeech({
    client: new v2.SpeechClient({
      projectId,
      ...(keyFilename && { keyFilename }),
      // A region has an address of its own; the global one refuses its recognizers.
      ...(location !== 'global' && { apiEndpoint: `${location}-speech.googleapis.com` }),
    }),
    projectId,
    location,
    model: settings.GOOGLE_SPEECH_MODEL,
    bucket: bucket ? googleCloudStorage({ bucket, accessToken: googleAccessToken(keyFilename) }) : undefined,
  })
}
