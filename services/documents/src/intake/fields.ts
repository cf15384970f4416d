import { z } from 'zod'

/** As the database writes it: ids are compared as text. */
export const uuid = z.uuid().toLowerCase()

// What people type, before it reaches a row, a header or a mail: PostgreSQL refuses NUL, and other control
// characters have no business in a name.
const withoutControls = /^[^\p{Cc}]*$/u
const withoutControlsButBreaks = /^(?:[^\p{Cc}]|[\n\r\t])*$/u

/** One line that must say something. */
export const line = (maximum: number) =>
  z.string().trim().min(1).max(maximum).regex(withoutControls, 'must not contain control characters')

export const paragraph = (maximum: number) =>
  z.string().trim().max(maximum).regex(withoutControlsButBreaks, 'must not contain control characters')

/** ISO 639-1. */
export const language = z.string().regex(/^[a-z]{2}$/, 'must be two lower-case letters as in ISO 639-1')

const tag = line(50).regex(/^[^,]*$/, 'must not contain a comma')

const distinct = (tags: string[]): string[] => [...new Set(tags)]

export const tags = z.array(tag).max(20).transform(distinct)

/** Tags in a form field: separated by commas. */
export const tagList = z
  .string()
  .max(2000)
  .transform((text) =>
    text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  )
  .pipe(tags)
