import type { Database } from '@alta/kit/database/database'
import type { Topology } from '@alta/kit/events/topology'
import type { Route } from '@alta/kit/http/route'
import type { Repetition } from '@alta/kit/repeatedly'
import type { TaskType } from '@alta/kit/tasks/task-type'
import type { EventsSchema } from '../database/schema.ts'
import { eventCounts } from '../read-models/event-counts.ts'
import { feed } from '../read-models/feed.ts'
import { readModelRoutes } from '../read-models/read-model.routes.ts'
import { readModelService } from '../read-models/read-model.service.ts'
import { consumersOf } from '../replays/consumers.ts'
import { forgetReplays } from '../replays/replay.repository.ts'
import { replayRoutes } from '../replays/replay.routes.ts'
import { replayService } from '../replays/replay.service.ts'
import { replayEvents } from '../replays/replay-events.ts'
import { eventRoutes } from './event.routes.ts'
import { keepStore } from './keep-store.ts'
import { settledPosition } from './settled.ts'

/** Everything built from this service's own stored events can be built anew from them. */
const readModels = [eventCounts]

/** Replays that are over stay so long to be looked at. */
const REPLAYS_DAYS = 90

export interface EventStoreSettings {
  readonly EVENT_RETENTION_MONTHS: number
  readonly REPLAY_EVENTS_PER_SECOND: number
}

/** The event store with what lives from it: queries, replays, read models. */
export function openEventStore(options: {
  database: Database<EventsSchema>
  topology: Topology
  settings: EventStoreSettings
  clock: () => Date
}): { routes: Route[]; background: Repetition[]; tasks: TaskType[] } {
  const { database, settings, clock } = options
  const settled = settledPosition(database)
  const consumers = consumersOf(options.topology)
  return {
    routes: [
      ...eventRoutes(database),
      ...replayRoutes(replayService({ database, consumers, clock }), settings.REPLAY_EVENTS_PER_SECOND),
      ...readModelRoutes(database, readModelService(database, readModels)),
    ],
    tasks: [replayEvents({ settled, consumers, clock })],
    background: [
      ...keepStore(database, settings.EVENT_RETENTION_MONTHS),
      {
        name: 'forget old replays',
        everySeconds: 3_600,
        run: () => database.system(({ tx }) => forgetReplays(tx, REPLAYS_DAYS)),
      },
      ...readModels.map((model) => ({
        name: `feed the read model ${model.name}`,
        everySeconds: 1,
        run: () => feed(database, settled, model),
      })),
    ],
  }
}
