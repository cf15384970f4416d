import { type RefObject, useMemo, useRef, useState } from 'react'
import { nextDoubt } from './doubts.ts'
import { withWord } from './draft.ts'
import type { DraftControl } from './use-draft.ts'

/** A word that was gone to; another object each time, also for one that was gone to before. */
export interface Choice {
  readonly index: number | undefined
}

/** Which word one is at, and whether it is being changed. */
export function useSelection(
  words: readonly { readonly text: string }[],
  order: readonly number[],
  { draft, current, change }: DraftControl,
  pane: RefObject<HTMLElement | null>,
) {
  const [choice, setChoice] = useState<Choice>(() => ({ index: nextDoubt(order, draft.seen, undefined, 1) }))
  const [isEditing, setEditing] = useState(false)
  const place = useRef(choice.index)
  return useMemo(() => {
    const select = (index: number | undefined) => {
      place.current = index
      setChoice({ index })
      setEditing(false)
      pane.current?.focus({ preventScroll: true })
    }
    /** @param keep whether the word that one leaves counts as looked at */
    const go = (step: 1 | -1, keep = true) => {
      const from = place.current
      const word = from === undefined ? undefined : words[from]
      if (
        keep &&
        step === 1 &&
        from !== undefined &&
        word &&
        order.includes(from) &&
        !current().seen.has(from)
      ) {
        change(withWord(current(), from, word.text, current().edits.get(from)?.after ?? word.text))
      }
      const next = nextDoubt(order, current().seen, from, step)
      if (next === undefined) pane.current?.focus({ preventScroll: true })
      else select(next)
    }
    return {
      selected: choice.index,
      choice,
      isEditing,
      select,
      go,
      edit(index: number) {
        place.current = index
        setChoice({ index })
        setEditing(true)
      },
      cancel() {
        setEditing(false)
        pane.current?.focus({ preventScroll: true })
      },
      commit(typed: string, step: 1 | -1 | 0) {
        const at = place.current
        const word = at === undefined ? undefined : words[at]
        setEditing(false)
        if (at === undefined || !word) return
        change(withWord(current(), at, word.text, typed))
        if (step === 0) return
        go(step, false)
      },
    }
  }, [choice, isEditing, words, order, current, change, pane])
}

export type SelectionControl = ReturnType<typeof useSelection>
