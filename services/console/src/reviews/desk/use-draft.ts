import { useCallback, useEffect, useRef, useState } from 'react'
import { draftKey, dropDraft, keepDraft, readDraft } from '../../session/drafts.ts'
import { useMe } from '../../session/session.ts'
import { type Draft, emptyDraft, packDraft, unpackDraft } from './draft.ts'

const MOST_STEPS = 200

export const reviewDraftKey = (userId: string, id: string): string => draftKey(userId, `review.${id}`)

export interface DraftControl {
  readonly draft: Draft
  /** The newest, also before React has shown it. */
  readonly current: () => Draft
  change(next: Draft): void
  /** Takes the last edit back. Undefined when there is none. */
  readonly undo: (() => void) | undefined
  /** Nothing of it is kept. */
  drop(): void
}

/** What is made of one item: kept in the browser with every change, until it is decided on. */
export function useDraft(id: string): DraftControl {
  const key = reviewDraftKey(useMe().id, id)
  const [draft, setDraft] = useState(() => unpackDraft(readDraft(key)) ?? emptyDraft)
  const newest = useRef(draft)
  const before = useRef<Draft[]>([])

  useEffect(() => {
    // Another tab with the same item: what is changed here goes on top of what was changed there.
    const take = (event: StorageEvent) => {
      if (event.key !== key) return
      newest.current = unpackDraft(readDraft(key)) ?? emptyDraft
      setDraft(newest.current)
    }
    window.addEventListener('storage', take)
    return () => window.removeEventListener('storage', take)
  }, [key])

  const show = useCallback(
    (next: Draft) => {
      newest.current = next
      setDraft(next)
      keepDraft(key, packDraft(next))
    },
    [key],
  )
  const change = useCallback(
    (next: Draft) => {
      const isEdit = next.edits !== newest.current.edits || next.text !== newest.current.text
      if (isEdit) before.current = [...before.current.slice(1 - MOST_STEPS), newest.current]
      show(next)
    },
    [show],
  )
  const undo = useCallback(() => {
    const last = before.current.pop()
    if (last) show(last)
  }, [show])
  const drop = useCallback(() => {
    newest.current = emptyDraft
    before.current = []
    setDraft(emptyDraft)
    dropDraft(key)
  }, [key])
  return {
    draft,
    current: useCallback(() => newest.current, []),
    change,
    undo: before.current.length > 0 ? undo : undefined,
    drop,
  }
}
