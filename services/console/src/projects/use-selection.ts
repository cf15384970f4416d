import { useCallback, useMemo, useRef, useState } from 'react'

export interface Selection {
  readonly ids: ReadonlySet<string>
  /** @param asRange with everything between this and the one before, as Shift does */
  toggle(id: string, asRange: boolean): void
  selectAll(): void
  clear(): void
}

/** What is selected of a list, by id: it stays so while the list grows. */
export function useSelection(order: readonly string[]): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set())
  const anchor = useRef<string>(undefined)
  const toggle = useCallback(
    (id: string, asRange: boolean) => {
      const from = anchor.current
      anchor.current = id
      setIds((given) => toggled(given, order, id, asRange ? from : undefined))
    },
    [order],
  )
  const clear = useCallback(() => setIds(new Set()), [])
  return useMemo(
    () => ({ ids, toggle, clear, selectAll: () => setIds(new Set(order)) }),
    [ids, toggle, clear, order],
  )
}

/** @param from where a range begins; the other end decides whether it is selected or not */
export function toggled(
  given: ReadonlySet<string>,
  order: readonly string[],
  id: string,
  from: string | undefined,
): ReadonlySet<string> {
  const result = new Set(given)
  const isOn = !given.has(id)
  const [start, end] = [order.indexOf(from ?? id), order.indexOf(id)].sort((a, b) => a - b)
  const range = start === undefined || start < 0 || end === undefined ? [id] : order.slice(start, end + 1)
  for (const each of range) {
    if (isOn) result.add(each)
    else result.delete(each)
  }
  return result
}
