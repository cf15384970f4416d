import { hostname } from 'node:os'
import type { Database } from '../database/database.ts'
import type { Subscription } from '../events/handlers.ts'
import type { Relay } from '../events/relay.ts'
import type { Route } from '../http/route.ts'
import type { Repetition } from '../repeatedly.ts'
import { log } from '../telemetry/log.ts'
import { activity } from './activity.ts'
import { operationsRoutes } from './operations.routes.ts'
import { recordReplica } from './replicas.ts'

export interface Operations {
  readonly routes: readonly Route[]
  readonly background: readonly Repetition[]
  /** Takes this replica out of the report; before the database is closed. */
  leave(): Promise<void>
}

/** What a service shows to operators, and lets them do. */
export function openOperations<Schema>(options: {
  database: Database<Schema>
  subscriptions: readonly Subscription[]
  relay: Relay
  version: string
}): Operations {
  const { database, relay } = options
  const record = recordReplica({
    pool: database.pool,
    id: relay.owner,
    host: hostname(),
    version: options.version,
    activity,
  })
  return {
    routes: operationsRoutes({
      // These routes touch the kit's tables only, whatever else the service's schema holds.
      database: database as unknown as Database<unknown>,
      topics: options.subscriptions.map(({ topic }) => topic),
      relay,
    }),
    background: [record.beat],
    leave: () =>
      record.leave().catch((error: unknown) => {
        // The row is forgotten after a minute in any case.
        log.warn({ err: error }, 'could not take this replica out of the report')
      }),
  }
}
