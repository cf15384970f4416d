import { queries } from '../api/queries.ts'

/** Milliseconds. While much changes, what is on the screen is asked for again this often at most. */
const PAUSE = 500

const waiting = new Map<string, Set<string>>()
let timer: ReturnType<typeof setTimeout> | undefined
let askedAt = 0

/**
 * Asks again for what a change is about: the thing itself and lists it may be in, not other things of its kind. The
 * first change is followed at once, those right behind it together: each for itself would cut off the answers that the
 * one before it waits for, and a list would never come to rest while a folder is read.
 */
export function askAgain(resource: string, id: string): void {
  waiting.set(resource, new Set(waiting.get(resource)).add(id))
  if (timer === undefined) timer = setTimeout(ask, Math.max(0, askedAt + PAUSE - Date.now()))
}

function ask(): void {
  timer = undefined
  askedAt = Date.now()
  const changed = new Map(waiting)
  waiting.clear()
  void queries.invalidateQueries({ predicate: ({ queryKey }) => isAbout(queryKey, changed) })
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** @param key of a query: a resource, and the id of one of them where it is about one alone */
export function isAbout(
  [resource, subject]: readonly unknown[],
  changed: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  const ids = typeof resource === 'string' ? changed.get(resource) : undefined
  if (!ids) return false
  return typeof subject !== 'string' || !uuid.test(subject) || ids.has(subject)
}
