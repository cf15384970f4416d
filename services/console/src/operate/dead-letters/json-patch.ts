/** What turns one JSON value into another, as RFC 6902 has it. */
export type Operation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string }

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

/**
 * The changes between two values, each as near to the leaves as it is. A list that became longer or shorter is
 * replaced whole: which of its entries were meant nobody can tell.
 */
export function patchOf(before: Json, after: Json, path = ''): Operation[] {
  if (isSame(before, after)) return []
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name): Operation[] => {
      const below = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
      const [old, next] = [before[name], after[name]]
      if (next === undefined) return [{ op: 'remove', path: below }]
      if (old === undefined) return [{ op: 'add', path: below, value: next }]
      return patchOf(old, next, below)
    })
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((old, index) => patchOf(old, after[index] ?? null, `${path}/${index}`))
  }
  return [{ op: 'replace', path, value: after }]
}

const isObject = (value: Json): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isSame = (one: Json, other: Json): boolean => JSON.stringify(one) === JSON.stringify(other)
