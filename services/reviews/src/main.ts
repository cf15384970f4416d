// reviews: people decide on what the machine was unsure of.
import { connect } from '@alta/kit/database/database'
import { serve } from '@alta/kit/serve'
import { openStorage } from '@alta/kit/storage/storage'
import { config } from './config.ts'
import type { ReviewsSchema } from './database/schema.ts'
import { presenceRoutes } from './presence/presence.routes.ts'
import { presenceService } from './presence/presence.service.ts'
import { sweepFiles } from './readings/sweep-files.ts'
import { decisions } from './reviews/decide-review.ts'
import { releaseExpired } from './reviews/release-expired.ts'
import { countReviews } from './reviews/review.metrics.ts'
import { reviewRoutes } from './reviews/review.routes.ts'
import { reviewService } from './reviews/review.service.ts'
import { subscriptions } from './subscriptions.ts'

const database = connect<ReviewsSchema>('reviews', config)
const files = openStorage(config)
const clock = () => new Date()
const options = {
  database,
  files,
  claimSeconds: config.CLAIM_TTL_SECONDS,
  undoSeconds: config.UNDO_SECONDS,
  clock,
}
const presence = presenceService({ database, clock })

await serve({
  appId: 'reviews',
  config,
  database,
  files,
  routes: [...reviewRoutes(reviewService(options), decisions(options), clock), ...presenceRoutes(presence)],
  subscriptions: subscriptions(files),
  background: [
    { name: 'count open reviews', everySeconds: 30, run: () => countReviews(database) },
    {
      name: 'release expired claims',
      everySeconds: config.CLAIM_SWEEP_SECONDS,
      run: () => releaseExpired(database, clock()),
    },
    { name: 'forget who has left', everySeconds: 60, run: () => presence.sweep() },
    {
      name: 'sweep orphaned files',
      everySeconds: 600,
      run: () => sweepFiles(database, files, config.ORPHANED_FILE_HOURS),
    },
  ],
})
