import { ALL_TOPIC, DEAD_LETTER_TOPIC } from '@alta/kit/events/names'

/** Every event's exchange is bound to this one; the event store takes everything from it. */
export const allExchange = ALL_TOPIC
/** Where daprd and the broker put what no handler could take. */
export const deadLetterExchange = DEAD_LETTER_TOPIC
/** Alternate exchange of `dead-letters` (broker policy) and the queue behind it: the last net of all. */
export const unroutedQueue = { name: 'events-unrouted', app: 'events', topic: 'unrouted' } as const
