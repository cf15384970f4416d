import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { renewSession } from '../../api/send.ts'
import { wordAt } from '../../items/lines.ts'
import type { Draft } from '../desk/draft.ts'
import type { DocumentReview } from '../review.ts'
import { useReviewText } from '../text.ts'
import styles from './page-view.module.css'
import { scaleOf, type Turn, transformOf, type Zoom } from './zoom.ts'

type PageWord = DocumentReview['words'][number] & { readonly index: number }

/** Pixels on the screen by which a finger may miss a word. */
const SLACK = 6

/**
 * The page as it was read, with the words that matter framed: doubtful ones, changed ones, and the selected one. A
 * click finds its word by its place, so that a page of a thousand words is one picture and a handful of frames.
 */
export function PageView({
  page,
  source,
  words,
  draft,
  doubtful,
  selected,
  onSelect,
  zoom,
  turn,
}: {
  page: { number: number; width: number; height: number }
  /** Address of the picture. */
  source: string | undefined
  words: readonly PageWord[]
  draft: Draft
  doubtful: ReadonlySet<number>
  selected: number | undefined
  onSelect: (index: number) => void
  zoom: Zoom
  turn: Turn
}) {
  const t = useReviewText()
  const scroller = useRef<HTMLDivElement>(null)
  const room = useWidth(scroller)
  const scale = scaleOf(zoom, turn, page, room)
  const [width, height] = [page.width * scale, page.height * scale]
  const isLying = turn % 180 !== 0
  const selectedWord = words.find(({ index }) => index === selected)
  useFollow(scroller, selectedWord?.index, scale, turn)

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys.
    <section className={styles.scroller} ref={scroller} tabIndex={0} aria-label={t('pageImage')}>
      <div
        className={styles.frame}
        style={{ width: isLying ? height : width, height: isLying ? width : height }}
      >
        {/* biome-ignore lint/a11y: the text beside it does the same by keyboard. */}
        <div
          className={styles.page}
          style={{ width, height, transform: transformOf(turn, width, height) }}
          onClick={({ nativeEvent: { offsetX, offsetY } }) => {
            const hit = wordAt(words, { x: offsetX / scale, y: offsetY / scale }, SLACK / scale)
            if (hit) onSelect(hit.index)
          }}
        >
          {source ? (
            <Picture key={source} source={source} name={t('pageNumber', { number: page.number })} />
          ) : (
            <p className={styles.missing}>{t('noPicture')}</p>
          )}
          <svg className={styles.frames} viewBox={`0 0 ${page.width} ${page.height}`} aria-hidden="true">
            {words.map(({ index, box }) => {
              const isChanged = draft.edits.has(index)
              const isOpen = doubtful.has(index) && !draft.seen.has(index)
              if (index !== selected && !isChanged && !isOpen) return null
              return (
                <rect
                  key={index}
                  data-box={index}
                  data-state={index === selected ? 'selected' : isChanged ? 'changed' : 'doubtful'}
                  x={box.x - 3}
                  y={box.y - 3}
                  width={box.width + 6}
                  height={box.height + 6}
                  rx={4}
                  vectorEffect="non-scaling-stroke"
                />
              )
            })}
          </svg>
        </div>
      </div>
    </section>
  )
}

/** A picture whose session has run out is asked for once more with a new one. */
function Picture({ source, name }: { source: string; name: string }) {
  const [again, setAgain] = useState(false)
  return (
    <img
      src={again ? `${source}#again` : source}
      alt={name}
      draggable={false}
      decoding="async"
      onError={() => {
        if (!again)
          renewSession().then(
            (goesOn) => setAgain(goesOn),
            () => undefined,
          )
      }}
    />
  )
}

function useWidth(element: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    if (!element.current) return
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0))
    observer.observe(element.current)
    setWidth(element.current.clientWidth - 2)
    return () => observer.disconnect()
  }, [element])
  return width
}

/** Brings the selected word into the middle, unless it is in view already. */
function useFollow(
  scroller: React.RefObject<HTMLElement | null>,
  selected: number | undefined,
  scale: number,
  turn: Turn,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another size or turn moves the word.
  useEffect(() => {
    const box = scroller.current?.querySelector(`[data-box="${selected}"]`)
    if (!scroller.current || !box) return
    const [at, view] = [box.getBoundingClientRect(), scroller.current.getBoundingClientRect()]
    const margin = 24
    const isInView =
      at.top >= view.top + margin &&
      at.bottom <= view.bottom - margin &&
      at.left >= view.left &&
      at.right <= view.right
    if (isInView) return
    scroller.current.scrollBy({
      top: (at.top + at.bottom) / 2 - (view.top + view.bottom) / 2,
      left: (at.left + at.right) / 2 - (view.left + view.right) / 2,
    })
  }, [scroller, selected, scale, turn])
}
