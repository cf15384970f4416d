// ocr: reads documents and leaves what stands on each page, where, and how sure the engine is.
import { connect } from '@alta/kit/database/database'
import type { RecognitionSchema } from '@alta/kit/recognition/recognition-tables'
import { serve } from '@alta/kit/serve'
import { openStorage } from '@alta/kit/storage/storage'
import { config } from './config.ts'
import { configuredEngine } from './engines/configured-engine.ts'
import { jobRepository } from './recognitions/job.repository.ts'
import { subscriptions } from './subscriptions.ts'

const database = connect<RecognitionSchema>('ocr', config)
const files = openStorage(config)
const engine = configuredEngine(config)

await serve({
  appId: 'ocr',
  config,
  database,
  files,
  subscriptions: subscriptions({
    jobs: jobRepository(database),
    files,
    engine,
    timeLimit: config.OCR_TIME_LIMIT_SECONDS * 1_000,
  }),
  onStop: () => engine.close(),
})
