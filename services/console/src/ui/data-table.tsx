import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import styles from './data-table.module.css'

export interface Column<Row> {
  readonly key: string
  readonly title: string
  /** Said to whoever cannot see, and not shown: what stands in the column explains itself. */
  readonly isTitleHidden?: true
  /** As `grid-template-columns` takes it; `minmax(0, 1fr)` unless told. */
  readonly width?: string
  /** Numbers stand under each other at the right. */
  readonly isNumber?: boolean
  readonly cell: (row: Row) => ReactNode
}

/**
 * A table of any length: only the rows in view are in the page. Arrow keys, Home and End move through it, Enter opens.
 * @param onEnd asked when its end comes into view, to load what follows
 */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  onOpen,
  onEnd,
  selected,
  follows = false,
  total,
  rowHeight = 38,
}: {
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  onOpen?: (row: Row) => void
  onEnd?: (() => void) | undefined
  /** Key of the row that is shown beside the table. */
  selected?: string | undefined
  /** Moving opens too: what is shown beside the table goes along. */
  follows?: boolean
  /** How many there are, where more follow than are loaded. */
  total?: number | undefined
  /** Pixels. */
  rowHeight?: number
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  })
  const shown = virtual.getVirtualItems()
  /** Row that Tab comes to: the one that was left, or else one that is in the page. */
  const [left, setLeft] = useState(0)
  const stop = shown.some(({ index }) => index === left) ? left : shown[0]?.index
  const lastShown = shown.at(-1)?.index ?? -1
  useEffect(() => {
    if (onEnd && rows.length > 0 && lastShown >= rows.length - 10) onEnd()
  }, [onEnd, rows.length, lastShown])

  const grid = { gridTemplateColumns: columns.map(({ width = 'minmax(0, 1fr)' }) => width).join(' ') }
  const focusRow = (index: number) => {
    const goal = Math.max(0, Math.min(rows.length - 1, index))
    const focus = () => {
      const element = scroller.current?.querySelector<HTMLElement>(`[data-index="${goal}"]`)
      element?.focus()
      return element
    }
    virtual.scrollToIndex(goal)
    // At once where it is drawn: the next key may come before the next picture.
    if (!focus()) requestAnimationFrame(focus)
  }
  return (
    <div className={styles.scroller} ref={scroller}>
      <div
        role="table"
        aria-label={label}
        aria-rowcount={(total ?? rows.length) + 1}
        className={styles.table}
      >
        <div role="row" className={styles.head} style={grid}>
          {columns.map(({ key, title, isTitleHidden, isNumber }) => (
            <div key={key} role="columnheader" className={isNumber ? styles.number : undefined}>
              {isTitleHidden ? <span className="visually-hidden">{title}</span> : title}
            </div>
          ))}
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {shown.map(({ index, start, size }) => {
            const row = rows[index]
            if (row === undefined) return null
            const key = rowKey(row)
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={index + 2}
                aria-current={key === selected ? 'true' : undefined}
                data-index={index}
                tabIndex={index === stop || key === selected ? 0 : -1}
                onFocus={() => setLeft(index)}
                className={onOpen ? `${styles.row} ${styles.opens}` : styles.row}
                style={{ ...grid, height: size, transform: `translateY(${start}px)` }}
                onClick={onOpen && (() => onOpen(row))}
                onKeyDown={(event) => {
                  if (event.target !== event.currentTarget) return
                  const goal = goalOf(event.key, index, rows.length)
                  if (goal !== undefined) {
                    event.preventDefault()
                    focusRow(goal)
                    const reached = rows[Math.max(0, Math.min(rows.length - 1, goal))]
                    if (follows && onOpen && reached !== undefined) onOpen(reached)
                  } else if (event.key === 'Enter' && onOpen) {
                    event.preventDefault()
                    onOpen(row)
                  }
                }}
              >
                {columns.map(({ key: column, isNumber, cell }) => (
                  <div key={column} role="cell" className={isNumber ? styles.number : undefined}>
                    {cell(row)}
                  </div>
                ))}
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

function goalOf(key: string, index: number, count: number): number | undefined {
  if (key === 'ArrowDown' || key === 'j') return index + 1
  if (key === 'ArrowUp' || key === 'k') return index - 1
  if (key === 'PageDown') return index + 15
  if (key === 'PageUp') return index - 15
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  return undefined
}
