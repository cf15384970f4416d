// transcription: reads recordings and leaves what was said, when, and how sure the engine is.
import { connect } from '@alta/kit/database/database'
import type { RecognitionSchema } from '@alta/kit/recognition/recognition-tables'
import { serve } from '@alta/kit/serve'
import { openStorage } from '@alta/kit/storage/storage'
import { sweepScratch } from './audio/scratch.ts'
import { config } from './config.ts'
import { configuredEngine } from './engines/configured-engine.ts'
import { subscriptions } from './subscriptions.ts'
import { jobRepository } from './transcriptions/job.repository.ts'

const database = connect<RecognitionSchema>('transcription', config)
const files = openStorage(config)

await serve({
  appId: 'transcription',
  config,
  database,
  files,
  subscriptions: subscriptions({
    jobs: jobRepository(database),
    files,
    engine: configuredEngine(config),
    maximumDuration: config.RECORDING_MAXIMUM_SECONDS,
    timeLimit: config.TRANSCRIPTION_TIME_LIMIT_SECONDS * 1000,
  }),
  background: [
    {
      name: 'remove leftovers of killed processes',
      everySeconds: 3600,
      run: () => sweepScratch(config.TRANSCRIPTION_TIME_LIMIT_SECONDS),
    },
  ],
})
