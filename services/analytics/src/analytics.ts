import type { Route } from '@alta/kit/http/route'
import type { Repetition } from '@alta/kit/repeatedly'
import { dashboardRoutes } from './dashboard/dashboard.routes.ts'
import { forgetRetired } from './rebuild/forget-retired.ts'
import { rebuildRoutes } from './rebuild/rebuild.routes.ts'
import { rebuildService } from './rebuild/rebuild.service.ts'
import type { Replays } from './rebuild/replays.ts'
import { confidenceRoutes } from './series/confidence.routes.ts'
import { costRoutes } from './series/costs.routes.ts'
import { failureRoutes } from './series/failures.routes.ts'
import type { Prices } from './series/prices.ts'
import { reviewerRoutes } from './series/reviewers.routes.ts'
import type { Analytics } from './series/series.ts'
import { turnaroundRoutes } from './series/turnaround.routes.ts'
import { volumeRoutes } from './series/volume.routes.ts'

/** What the service answers and does by itself. */
export function analyticsParts(options: Analytics & { replays: Replays; prices: Prices }): {
  routes: Route[]
  background: Repetition[]
} {
  const { database, prices } = options
  return {
    routes: [
      ...dashboardRoutes(options, prices),
      ...volumeRoutes(options),
      ...turnaroundRoutes(options),
      ...confidenceRoutes(options),
      ...reviewerRoutes(options),
      ...failureRoutes(options),
      ...costRoutes(options, prices),
      ...rebuildRoutes(rebuildService(options)),
    ],
    background: [
      {
        name: 'delete what a rebuild has replaced',
        everySeconds: 10,
        run: () => forgetRetired(database),
      },
    ],
  }
}
