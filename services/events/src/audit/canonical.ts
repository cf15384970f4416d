import { hash } from 'node:crypto'

/**
 * The JSON Canonicalization Scheme (RFC 8785): one text for one value, whoever writes it down and in whatever order.
 * JavaScript's own notation of strings and numbers is the one that the scheme prescribes; members are ordered by
 * UTF-16 code units, which is how `sort` compares.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
  return `{${members.join(',')}}`
}

/** SHA-256 of the text's UTF-8 bytes, as 64 hex digits. */
export const sha256 = (text: string): string => hash('sha256', text)
