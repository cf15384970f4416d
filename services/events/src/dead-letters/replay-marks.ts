import type { CloudEvent } from '@alta/contracts/cloud-event'

/** The event itself, of which a copy was sent. */
export function withoutReplay(copy: CloudEvent): CloudEvent {
  const { replayfor: _for, replayid: _id, replayattempts: _attempts, redelivery: _again, ...event } = copy
  // Only optional extensions were taken away.
  return event as CloudEvent
}

/** A copy that one app alone handles, once, whether it has handled the event before or not. */
export const replayOf = (event: CloudEvent, app: string, replayId: string): CloudEvent => ({
  ...event,
  replayfor: app,
  replayid: replayId,
  replayattempts: '1',
})

/**
 * The event itself once more: whoever has handled it passes over it, whoever it never reached handles it. The mark
 * makes other bytes of it, for the very same bytes that fail to arrive twice would be filed once.
 */
export const redeliveryOf = (event: CloudEvent, id: string): CloudEvent => ({ ...event, redelivery: id })

/** The inbox names the handler of a copy `app/topic#replay`; it is the same handler. */
export const handlerName = (handler: string): string => handler.split('#', 1)[0] ?? handler
