import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import { useReviewText } from '../text.ts'
import styles from './page-strip.module.css'

const HEIGHT = 128

/** Pages in small, with how many doubtful words each has left; only those in view are in the page. */
export function PageStrip({
  pages,
  current,
  onOpen,
}: {
  pages: readonly { number: number; open: number; thumbnail: string | undefined }[]
  current: number
  onOpen: (page: number) => void
}) {
  const t = useReviewText()
  const scroller = useRef<HTMLElement>(null)
  const virtual = useVirtualizer({
    count: pages.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => HEIGHT,
    overscan: 3,
  })
  const place = pages.findIndex(({ number }) => number === current)
  useEffect(() => virtual.scrollToIndex(Math.max(0, place)), [virtual, place])
  return (
    <nav className={styles.strip} ref={scroller} aria-label={t('pages')}>
      <div className={styles.all} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const page = pages[index]
          if (!page) return null
          const { number, open, thumbnail } = page
          return (
            <button
              key={number}
              type="button"
              className={styles.page}
              style={{ height: HEIGHT, transform: `translateY(${start}px)` }}
              aria-current={number === current ? 'page' : undefined}
              onClick={() => onOpen(number)}
            >
              {thumbnail ? (
                <img src={thumbnail} alt="" loading="lazy" decoding="async" className={styles.picture} />
              ) : (
                <span className={styles.picture} aria-hidden="true" />
              )}
              <span className="visually-hidden">
                {open > 0 ? t('pageWithOpen', { number, count: open }) : t('pageNumber', { number })}
              </span>
              <span className={styles.number} aria-hidden="true">
                {number}
                {open > 0 && <span className={styles.open}>{open}</span>}
              </span>
            </button>
          )
        })}
      </div>
    </nav>
  )
}
