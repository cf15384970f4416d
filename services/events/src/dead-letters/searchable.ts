import { parseStorable } from '@alta/kit/storage/storable'

const LARGEST = 512 * 1024
const DEEPEST = 100

/**
 * JSON as PostgreSQL can search it, or null for what it could not take or would be slow with: too large, nested too
 * deeply, not an object. Such a message is kept and repaired like any other, but filters over fields do not see it.
 */
export function searchable(json: string): string | null {
  if (json.length > LARGEST || depthOf(json) > DEEPEST) return null
  try {
    const value = parseStorable(json)
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : null
  } catch {
    // Not JSON: there are no fields to search.
    return null
  }
}

/** Without parsing: a parser with a stack would end on what this is meant to find. Brackets in strings count too. */
function depthOf(json: string): number {
  let depth = 0
  let deepest = 0
  for (const character of json) {
    if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth)
    else if (character === '}' || character === ']') depth--
  }
  return deepest
}

/** Text as PostgreSQL takes it: without NUL and half surrogate pairs, and not longer than that. */
export const storableText = (text: string, longest: number): string =>
  text.slice(0, longest).replaceAll('\0', '').toWellFormed()
