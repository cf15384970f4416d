/** Names that daprd, the broker and the services agree on. Change one and the others must follow. */

/** Dapr's own name for the queue of a subscriber. */
export const queueOf = (appId: string, topic: string): string => `${appId}-${topic}`

/** The pub/sub component of one subscription: several on one component strand messages after a reconnect. */
export const componentOf = (appId: string, topic: string): string =>
  `sub-${appId}-${topic.replaceAll('.', '-')}`

/** Private route that daprd delivers a topic to. */
export const routeOf = (topic: string): string => `/events/${topic}`

/** Name under which the inbox knows a handler; there is one for each topic in a service. */
export const handlerOf = (appId: string, topic: string): string => `${appId}/${topic}`

/** Every event's exchange is bound to this one. */
export const ALL_TOPIC = 'all'

/** Takes what never reached a handler. */
export const DEAD_LETTER_TOPIC = 'dead-letters'
