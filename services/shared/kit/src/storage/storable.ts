/** PostgreSQL takes neither NUL nor half a surrogate pair, neither as text nor inside JSON. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

/**
 * JSON of an engine, without what cannot be stored: NUL is left out, half a pair becomes U+FFFD.
 * @throws {SyntaxError} when it is not JSON
 */
export const parseStorable = (json: string): unknown =>
  // Such characters are rare, and a reviver is slow.
  /\\u(?:0000|d[89a-f])/i.test(json) ? JSON.parse(json, withoutUnstorable) : JSON.parse(json)

const withoutUnstorable = (_name: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '') : value
