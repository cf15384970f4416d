import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

/** What the address of a page says beyond its path: filters, what is selected, which dialog is open. */
export function useAddress() {
  const [search, setSearch] = useSearchParams()
  const get = (name: string): string | undefined => search.get(name) || undefined
  const set = useCallback(
    (changes: Readonly<Record<string, string | undefined>>, { replace = false } = {}) =>
      setSearch(
        (before) => {
          const after = new URLSearchParams(before)
          for (const [name, value] of Object.entries(changes)) {
            if (value) after.set(name, value)
            else after.delete(name)
          }
          return after
        },
        { preventScrollReset: true, replace },
      ),
    [setSearch],
  )
  return { get, set, search }
}

/** Without what was not given, as requests take it. */
export function given<Values extends object>(
  values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined && value !== '')
  // The same names and values, less those that are not there.
  return Object.fromEntries(kept) as { [Name in keyof Values]?: Exclude<Values[Name], undefined> }
}

/** One of these words, as an address may say anything. */
export const oneOf = <const Word extends string>(
  words: readonly Word[],
  value: string | undefined,
): Word | undefined => words.find((word) => word === value)

/** What a field for a time and a date holds, as the API takes it. */
export function momentOf(local: string | undefined): string | undefined {
  if (!local) return undefined
  const date = new Date(local)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
