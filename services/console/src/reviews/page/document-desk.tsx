import { useQuery } from '@tanstack/react-query'
import { ChevronLeft, ChevronRight, Minus, MoveHorizontal, Plus, RotateCw } from 'lucide-react'
import { useMemo, useState } from 'react'
import { documentQuery } from '../../items/item.ts'
import { linesOf } from '../../items/lines.ts'
import { imageOf, thumbnailOf } from '../../items/page-picture.ts'
import { IconButton } from '../../ui/button.tsx'
import { Awaited } from '../../ui/notice.tsx'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { DeskFrame } from '../desk/desk-frame.tsx'
import { TextPane } from '../desk/text-pane.tsx'
import { useDesk } from '../desk/use-desk.ts'
import type { Choice } from '../desk/use-selection.ts'
import { WholeText } from '../desk/whole-text.tsx'
import { groupWords } from '../desk/words.ts'
import type { DocumentReview, ReviewState } from '../review.ts'
import { useReviewText } from '../text.ts'
import styles from './document-desk.module.css'
import { PageStrip } from './page-strip.tsx'
import { PageView } from './page-view.tsx'
import { type Turn, turned, type Zoom, zoomed } from './zoom.ts'

/** A document: its page on the left, what was read of it on the right; what is selected in one is in the other. */
export function DocumentDesk({ state, review }: { state: ReviewState; review: DocumentReview }) {
  const t = useReviewText()
  const desk = useDesk(state, review)
  const { selection, draft, doubtful } = desk
  const asked = useQuery(documentQuery(review.subjectId))
  const document = asked.data
  const byPage = useMemo(() => groupWords(review.words, ({ page }) => page), [review.words])
  const { selected, choice } = selection
  // A page that somebody turns to is shown until they go to a word, and be it the same one.
  const [opened, setOpened] = useState<{ page: number; beside: Choice }>()
  const ofSelected = selected === undefined ? 1 : (review.words[selected]?.page ?? 1)
  const number = opened && opened.beside === choice ? opened.page : ofSelected
  const page = review.pages.find((each) => each.number === number) ?? review.pages[0]
  const words = byPage.get(number) ?? []
  const lines = useMemo(
    () => linesOf(words).map((line) => ({ key: line[0]?.index ?? 0, words: line })),
    [words],
  )
  const [zoom, setZoom] = useState<Zoom>(1)
  const [turn, setTurn] = useState<Turn>(0)
  const grow = (steps: 1 | -1) => setZoom(zoomed(zoom, steps))
  const open = (goal: number) => {
    if (goal < 1 || goal > review.pages.length) return
    setOpened({ page: goal, beside: choice })
    desk.pane.current?.focus({ preventScroll: true })
  }

  useShortcut('PageDown', t('nextPage'), () => open(number + 1), { repeats: true })
  useShortcut('PageUp', t('previousPage'), () => open(number - 1), { repeats: true })
  useShortcut('+', t('zoomIn'), () => grow(1), { repeats: true })
  useShortcut('-', t('zoomOut'), () => grow(-1), { repeats: true })
  useShortcut('0', t('fitWidth'), () => setZoom(1))
  useShortcut('t', t('turn'), () => setTurn(turned(turn)))

  const strip = useMemo(
    () =>
      review.pages.map((each) => ({
        number: each.number,
        open: (byPage.get(each.number) ?? []).filter(
          ({ index }) => doubtful.has(index) && !draft.draft.seen.has(index),
        ).length,
        thumbnail: document && thumbnailOf(document, each.number),
      })),
    [review.pages, byPage, doubtful, draft.draft.seen, document],
  )
  return (
    <DeskFrame desk={desk}>
      <div className={styles.desk} data-pages={review.pages.length > 1}>
        {review.pages.length > 1 && (
          <div className={styles.strip}>
            <PageStrip pages={strip} current={number} onOpen={open} />
          </div>
        )}
        <div className={styles.image}>
          <div className={styles.tools} role="toolbar" aria-label={t('view')}>
            <IconButton label={t('zoomOut')} onClick={() => grow(-1)}>
              <Minus size={17} aria-hidden="true" />
            </IconButton>
            <IconButton label={t('zoomIn')} onClick={() => grow(1)}>
              <Plus size={17} aria-hidden="true" />
            </IconButton>
            <IconButton label={t('fitWidth')} onClick={() => setZoom(1)}>
              <MoveHorizontal size={17} aria-hidden="true" />
            </IconButton>
            <IconButton label={t('turn')} onClick={() => setTurn(turned(turn))}>
              <RotateCw size={17} aria-hidden="true" />
            </IconButton>
            {review.pages.length > 1 && (
              <span className={styles.pages}>
                <IconButton label={t('previousPage')} disabled={number <= 1} onClick={() => open(number - 1)}>
                  <ChevronLeft size={17} aria-hidden="true" />
                </IconButton>
                {t('pageOf', { number, count: review.pages.length })}
                <IconButton
                  label={t('nextPage')}
                  disabled={number >= review.pages.length}
                  onClick={() => open(number + 1)}
                >
                  <ChevronRight size={17} aria-hidden="true" />
                </IconButton>
              </span>
            )}
          </div>
          {!document && <Awaited asked={asked} lines={10} />}
          {document && page && (
            <PageView
              page={page}
              source={imageOf(document, number)}
              words={words}
              draft={draft.draft}
              doubtful={doubtful}
              selected={selected}
              onSelect={selection.select}
              zoom={zoom}
              turn={turn}
            />
          )}
        </div>
        <div className={styles.text}>
          {review.words.length === 0 ? (
            <WholeText draft={draft} readOnly={desk.readOnly} />
          ) : (
            <TextPane
              label={t('wordsOfPage', { number })}
              lines={lines}
              draft={draft.draft}
              doubtful={doubtful}
              selection={selection}
              readOnly={desk.readOnly}
              pane={desk.pane}
            />
          )}
        </div>
      </div>
    </DeskFrame>
  )
}
