// Over plain http from another machine there are none, whatever the types say.
const locks = navigator.locks as LockManager | undefined

const turns = new Map<string, Promise<unknown>>()

/** Does this while nobody else holds the name: no other tab, or where browsers have no locks, nothing in this one. */
export function alone<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
  if (locks) return locks.request(name, work)
  const turn = (turns.get(name) ?? Promise.resolve()).then(work, work)
  turns.set(name, turn)
  return turn
}

/** Names that are held in any tab. */
export async function heldNames(): Promise<ReadonlySet<string>> {
  const { held = [] } = (await locks?.query()) ?? {}
  return new Set(held.flatMap(({ name }) => name ?? []))
}
