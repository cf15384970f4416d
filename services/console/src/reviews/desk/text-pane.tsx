import { type KeyboardEvent, memo, type RefObject, useEffect, useRef } from 'react'
import { useReviewText } from '../text.ts'
import type { Draft } from './draft.ts'
import styles from './text-pane.module.css'
import { WordEditor } from './word-editor.tsx'
import type { Line, ShownWord } from './words.ts'

interface Selection {
  readonly selected: number | undefined
  readonly isEditing: boolean
  select(index: number): void
  edit(index: number): void
  cancel(): void
  /** @param step to the next doubtful word, or back */
  commit(typed: string, step: 1 | -1 | 0): void
}

/**
 * The words that were read, line by line: one of them is selected and moves by arrow keys, Enter changes it in its
 * place. The focus stays on the whole, so that moving through thousands of words costs nothing.
 */
export function TextPane({
  label,
  lines,
  draft,
  doubtful,
  selection,
  playing,
  onSpace,
  onPick,
  readOnly,
  pane,
}: {
  label: string
  lines: readonly Line[]
  draft: Draft
  doubtful: ReadonlySet<number>
  selection: Selection
  /** The word that is heard now. */
  playing?: number | undefined
  onSpace?: (() => void) | undefined
  /** Told of a word that was clicked. */
  onPick?: ((index: number) => void) | undefined
  readOnly: boolean
  pane: RefObject<HTMLDivElement | null>
}) {
  const { selected, isEditing } = selection
  const flat = lines.flatMap(({ words }) => words)
  const place = flat.findIndex(({ index }) => index === selected)
  const word = flat[place]
  const scroller = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // A new page: keys work at once. Whoever is in a field or a dialog stays there.
    const { activeElement } = document
    if (!activeElement || activeElement === document.body || activeElement.id === 'content')
      pane.current?.focus({ preventScroll: true })
  }, [pane])
  useEffect(() => {
    if (selected === undefined) return
    scroller.current?.querySelector(`[data-word="${selected}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [selected])

  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.altKey || event.metaKey) return
    const goal = goalOf(event.key, place, flat, lines)
    if (goal) selection.select(goal.index)
    // Also of a word on another page, which comes with it: what is typed next is meant for a field, and letters are keys.
    else if (event.key === 'Enter' && selected !== undefined && !readOnly) selection.edit(selected)
    else if (event.key === ' ' && onSpace) onSpace()
    else return
    event.preventDefault()
  }
  return (
    <div className={styles.scroller} ref={scroller}>
      <div
        ref={pane}
        role="listbox"
        tabIndex={0}
        aria-label={label}
        aria-activedescendant={word ? `word-${word.index}` : undefined}
        className={styles.pane}
        onKeyDown={press}
        onClick={(event) => {
          const index = indexAt(event.target)
          if (index === undefined) return
          if (index === selected && !readOnly) selection.edit(index)
          else {
            selection.select(index)
            onPick?.(index)
          }
        }}
      >
        {lines.map(({ key, words }) => (
          <div key={key} role="presentation" className={styles.line}>
            {words.map((each) => (
              <Word
                key={each.index}
                word={each}
                after={draft.edits.get(each.index)?.after}
                isDoubtful={doubtful.has(each.index)}
                isSeen={draft.seen.has(each.index)}
                isSelected={each.index === selected}
                isPlaying={each.index === playing}
              />
            ))}
          </div>
        ))}
      </div>
      {isEditing && word && (
        <WordEditor
          key={word.index}
          index={word.index}
          value={draft.edits.get(word.index)?.after ?? word.text}
          onCommit={selection.commit}
          onCancel={selection.cancel}
        />
      )}
    </div>
  )
}

const Word = memo(function Word({
  word,
  after,
  isDoubtful,
  isSeen,
  isSelected,
  isPlaying,
}: {
  word: ShownWord
  after: string | undefined
  isDoubtful: boolean
  isSeen: boolean
  isSelected: boolean
  isPlaying: boolean
}) {
  const t = useReviewText()
  const percent = Math.round(word.confidence * 100)
  const state = after !== undefined ? 'changed' : isDoubtful ? (isSeen ? 'seen' : 'doubtful') : undefined
  const reading = after === '' ? word.text : (after ?? word.text)
  const told =
    after === ''
      ? t('wordRemoved', { before: word.text })
      : after !== undefined
        ? t('wordChanged', { before: word.text })
        : t('wordSure', { percent })
  return (
    <>
      <span
        id={`word-${word.index}`}
        role="option"
        aria-selected={isSelected}
        aria-label={state ? `${reading}: ${told}` : undefined}
        data-word={word.index}
        data-state={after === '' ? 'removed' : state}
        data-playing={isPlaying ? '' : undefined}
        title={told}
        className={styles.word}
      >
        {reading}
      </span>{' '}
    </>
  )
})

/** A word is its element; asked of the event, so that thousands of words need no handlers of their own. */
function indexAt(target: EventTarget): number | undefined {
  const word = target instanceof Element ? target.closest('[data-word]') : null
  return word instanceof HTMLElement ? Number(word.dataset.word) : undefined
}

function goalOf(
  key: string,
  place: number,
  flat: readonly ShownWord[],
  lines: readonly Line[],
): ShownWord | undefined {
  if (key === 'Home') return flat[0]
  if (key === 'End') return flat.at(-1)
  if (key === 'ArrowRight') return flat[place + 1] ?? flat.at(-1)
  if (key === 'ArrowLeft') return flat[Math.max(0, place - 1)]
  const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0
  if (step === 0) return undefined
  const word = flat[place]
  const row = lines.findIndex(({ words }) => word && words.includes(word))
  const column = word ? (lines[row]?.words.indexOf(word) ?? 0) : 0
  const goal = lines[Math.max(0, Math.min(lines.length - 1, row + step))]
  return goal?.words[Math.min(column, goal.words.length - 1)]
}
