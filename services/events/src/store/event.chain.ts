import type { StoredEvent } from './store.repository.ts'

export interface ChainLink {
  readonly stored: StoredEvent
  /** How many events led to it; 0 for those that a request or a schedule emitted. */
  readonly depth: number
}

/**
 * What one request set off, each event behind the one whose handler emitted it. An event whose cause is not there
 * (forgotten, or beyond the limit) stands for itself.
 * @param events in the order of arrival, which is kept among the effects of one cause
 */
export function chainOf(events: readonly StoredEvent[]): ChainLink[] {
  const known = new Set(events.map(({ event }) => event.id))
  const effects = Map.groupBy(events, ({ event: { causationid, id } }) =>
    causationid !== undefined && causationid !== id && known.has(causationid) ? causationid : '',
  )
  const links = new Map<StoredEvent, ChainLink>()
  function follow(roots: readonly StoredEvent[]): void {
    // A stack and not recursion: a chain may be as long as the limit of the query.
    const waiting = roots.map((stored) => ({ stored, depth: 0 })).reverse()
    for (let link = waiting.pop(); link; link = waiting.pop()) {
      if (links.has(link.stored)) continue
      links.set(link.stored, link)
      const depth = link.depth + 1
      waiting.push(
        ...(effects.get(link.stored.event.id) ?? []).map((stored) => ({ stored, depth })).reverse(),
      )
    }
  }
  follow(effects.get('') ?? [])
  // Causes that go round in a circle are nobody's doing but a forger's; they are shown all the same.
  for (const stored of events) follow([stored])
  return [...links.values()]
}
