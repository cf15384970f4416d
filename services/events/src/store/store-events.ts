import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { Kysely } from 'kysely'
import type { EventsSchema } from '../database/schema.ts'
import { withoutReplay } from '../dead-letters/replay-marks.ts'
import { insertEvents } from './store.repository.ts'

/** Keeps every event as it came. A copy that is published again has the id of its event and so adds nothing. */
export const storeEvents = (events: readonly CloudEvent[], tx: Kysely<EventsSchema>): Promise<void> =>
  insertEvents(tx, events.map(withoutReplay))
