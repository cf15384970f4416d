// analytics: counts what happened, from events alone.
import { openSidecar } from '@alta/kit/dapr/sidecar'
import { connect } from '@alta/kit/database/database'
import { serve } from '@alta/kit/serve'
import { analyticsParts } from './analytics.ts'
import { config } from './config.ts'
import type { Schema } from './database/schema.ts'
import { replaysThrough } from './rebuild/replays.ts'
import { subscriptions } from './subscriptions.ts'

const database = connect<Schema>('analytics', config)
const sidecar = openSidecar(config)
const prices = { currency: config.COST_CURRENCY, engines: config.ENGINE_PRICES ?? [] }
const parts = analyticsParts({ database, replays: replaysThrough(sidecar), prices, clock: () => new Date() })

await serve({
  appId: 'analytics',
  config,
  database,
  sidecar,
  routes: parts.routes,
  subscriptions: subscriptions(),
  background: parts.background,
})
