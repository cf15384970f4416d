import type { BodyStep } from '../routing/transformations.ts'

/** Carries steps out on a parsed JSON body, in place. */
export function changeBody(body: unknown, steps: readonly BodyStep[]): unknown {
  for (const step of steps) {
    if ('set' in step) {
      // Each its own copy: one step after it may change what an earlier one has set.
      for (const { holder, name } of placesOf(body, step.set)) put(holder, name, structuredClone(step.value))
    } else if ('remove' in step) {
      for (const { holder, name } of placesOf(body, step.remove)) take(holder, name)
    } else {
      for (const { holder, name } of placesOf(body, step.rename)) {
        if (Array.isArray(holder) || !Object.hasOwn(holder, name)) continue
        const value = take(holder, name)
        if (!Object.hasOwn(holder, step.to)) put(holder, step.to, value)
      }
    }
  }
  return body
}

/** @returns the names on the way; undefined for what is no pointer to something within a body */
export function namesOf(pointer: string): string[] | undefined {
  if (!/^(?:\/(?:[^~/]|~[01])*)+$/.test(pointer)) return undefined
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

type Holder = Record<string, unknown> | unknown[]

/** Objects and lists in which the last name of a pointer is, or could be. */
function placesOf(body: unknown, pointer: string): { holder: Holder; name: string }[] {
  const names = namesOf(pointer) ?? []
  const last = names.pop()
  if (last === undefined) return []
  let found: unknown[] = [body]
  for (const name of names) found = found.flatMap((value) => valuesAt(value, name))
  const holders = found.filter(isHolder)
  if (last !== '*') return holders.map((holder) => ({ holder, name: last }))
  // From the end: what is removed moves nothing that is still to come.
  return holders
    .filter((holder) => Array.isArray(holder))
    .flatMap((holder) => holder.map((_item, index) => ({ holder, name: String(index) })).reverse())
}

function valuesAt(value: unknown, name: string): unknown[] {
  if (Array.isArray(value) && name === '*') return value
  return isHolder(value) && isIn(value, name) ? [(value as Record<string, unknown>)[name]] : []
}

const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null

const isIndex = (name: string): boolean => /^(?:0|[1-9]\d*)$/.test(name)

/** Of a list its items alone: it has a `length` as well. */
const isIn = (holder: Holder, name: string): boolean =>
  Object.hasOwn(holder, name) && (!Array.isArray(holder) || isIndex(name))

function put(holder: Holder, name: string, value: unknown): void {
  if (!Array.isArray(holder)) holder[name] = value
  // Nothing grows, and there are no holes.
  else if (isIn(holder, name)) holder[Number(name)] = value
}

function take(holder: Holder, name: string): unknown {
  if (!isIn(holder, name)) return undefined
  if (Array.isArray(holder)) return holder.splice(Number(name), 1)[0]
  const value = holder[name]
  delete holder[name]
  return value
}
