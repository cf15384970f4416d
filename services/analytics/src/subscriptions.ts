import { everyTogether } from '@alta/kit/events/every'
import type { Subscription } from '@alta/kit/events/handlers'
import { takeEvents } from './model/take-events.ts'

/** The whole inbox. What each event says is in model/facts.ts, who belongs to a project in projects/follow-projects.ts. */
export const subscriptions = (): Subscription[] => [
  everyTogether(takeEvents), // all
]
