import { useVirtualizer } from '@tanstack/react-virtual'
import { AudioLines, FileText } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import { addressOf, type Item } from '../items/item.ts'
import { coverOf } from '../items/page-picture.ts'
import { Confidence, StatusBadge } from '../items/status-badge.tsx'
import { useItemText } from '../items/text.ts'
import { ItemCheck, type ItemViewProps } from './item-table.tsx'
import styles from './item-views.module.css'
import { useProjectText } from './text.ts'
import type { Selection } from './use-selection.ts'

const TILE = 190
const HEIGHT = 216

/** Tiles with pictures; only the rows in view are in the page. Arrow keys go through it. */
export function ItemGrid({ items, selection, onEnd }: ItemViewProps) {
  const t = useProjectText()
  const scroller = useRef<HTMLDivElement>(null)
  const [columns, setColumns] = useState(4)
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const observer = new ResizeObserver(() => setColumns(Math.max(1, Math.floor(element.clientWidth / TILE))))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const rowCount = Math.ceil(items.length / columns)
  const virtual = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => HEIGHT,
    overscan: 3,
  })
  const rows = virtual.getVirtualItems()
  const last = rows.at(-1)?.index ?? -1
  useEffect(() => {
    if (onEnd && rowCount > 0 && last >= rowCount - 3) onEnd()
  }, [onEnd, rowCount, last])
  const press = (event: KeyboardEvent) => {
    const place = Number(event.currentTarget.closest('[data-index]')?.getAttribute('data-index'))
    const steps: Readonly<Record<string, number>> = {
      ...{ ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns },
    }
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    const goal = Math.max(0, Math.min(items.length - 1, place + step))
    const focus = () => {
      const link = scroller.current?.querySelector<HTMLElement>(`[data-index="${goal}"] a`)
      link?.focus()
      return link
    }
    virtual.scrollToIndex(Math.floor(goal / columns))
    // At once where it is drawn: the next key may come before the next picture.
    if (!focus()) requestAnimationFrame(focus)
  }
  return (
    <section className={styles.scroller} ref={scroller} aria-label={t('items')}>
      <div className={styles.space} style={{ height: virtual.getTotalSize() }}>
        {rows.map(({ index, start }) => (
          <div
            key={index}
            className={styles.row}
            style={{
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
              height: HEIGHT - 6,
              transform: `translateY(${start}px)`,
            }}
          >
            {items.slice(index * columns, (index + 1) * columns).map((item, column) => (
              <Tile
                key={item.id}
                item={item}
                place={index * columns + column}
                selection={selection}
                onKeyDown={press}
              />
            ))}
          </div>
        ))}
      </div>
    </section>
  )
}

function Tile({
  item,
  place,
  selection,
  onKeyDown,
}: {
  item: Item
  place: number
  selection: Selection
  onKeyDown: (event: KeyboardEvent) => void
}) {
  const t = useItemText()
  const { kind, title, status } = item
  const Icon = kind === 'voice' ? AudioLines : FileText
  const cover = coverOf(item)
  const [missing, setMissing] = useState<string>()
  return (
    <div className={styles.tile} data-index={place} data-selected={selection.ids.has(item.id)}>
      <ItemCheck item={item} selection={selection} />
      <Link to={addressOf(item)} onKeyDown={onKeyDown} tabIndex={place === 0 ? 0 : -1}>
        <span className={styles.picture}>
          {cover !== undefined && cover !== missing ? (
            <img src={cover} alt="" loading="lazy" decoding="async" onError={() => setMissing(cover)} />
          ) : (
            <Icon size={36} aria-label={t(kind)} />
          )}
        </span>
        <span className={styles.name} title={title}>
          {title}
        </span>
        <span className={styles.foot}>
          <StatusBadge status={status} />
          <Confidence value={item.confidence} />
        </span>
      </Link>
    </div>
  )
}
