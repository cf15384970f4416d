import { useLayoutEffect, useRef, useState } from 'react'
import { useReviewText } from '../text.ts'
import styles from './text-pane.module.css'

/** A field over the word, as wide as what is typed. Enter and Tab keep it and go on, Escape leaves it as it was. */
export function WordEditor({
  index,
  value,
  onCommit,
  onCancel,
}: {
  index: number
  value: string
  onCommit: (typed: string, step: 1 | -1 | 0) => void
  onCancel: () => void
}) {
  const t = useReviewText()
  const [typed, setTyped] = useState(value)
  const field = useRef<HTMLInputElement>(null)
  /** Leaving the field keeps it, but not a second time. */
  const isOver = useRef(false)
  useLayoutEffect(() => {
    const element = field.current
    const word = element?.parentElement?.querySelector<HTMLElement>(`[data-word="${index}"]`)
    const scroller = element?.parentElement
    if (!element || !word || !scroller) return
    const [at, from] = [word.getBoundingClientRect(), scroller.getBoundingClientRect()]
    element.style.left = `${Math.max(4, at.left - from.left + scroller.scrollLeft - 8)}px`
    element.style.top = `${at.top - from.top + scroller.scrollTop - 4}px`
    element.focus()
    element.select()
  }, [index])

  const end = (run: () => void) => {
    if (isOver.current) return
    isOver.current = true
    run()
  }
  return (
    <input
      ref={field}
      className={styles.editor}
      style={{ width: `${typed.length + 3}ch` }}
      aria-label={t('wordField')}
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
      enterKeyHint="next"
      maxLength={2000}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return
        if (event.key === 'Escape') end(onCancel)
        else if (event.key === 'Enter' && !event.altKey) {
          // With Ctrl the item is approved as well, by whoever listens further out.
          const isLast = event.ctrlKey || event.metaKey
          end(() => onCommit(typed, isLast ? 0 : event.shiftKey ? -1 : 1))
          if (isLast) return
        } else if (event.key === 'Tab') end(() => onCommit(typed, event.shiftKey ? -1 : 1))
        else return
        event.preventDefault()
        event.stopPropagation()
      }}
      onBlur={() => end(() => onCommit(typed, 0))}
    />
  )
}
