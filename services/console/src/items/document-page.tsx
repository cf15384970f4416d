import { useQuery } from '@tanstack/react-query'
import { useParams, useSearchParams } from 'react-router'
import { answer, api } from '../api/api.ts'
import { Button } from '../ui/button.tsx'
import { Awaited, Notice } from '../ui/notice.tsx'
import { useShortcut } from '../ui/shortcuts.tsx'
import { type Document, documentQuery, fileOf, isShown } from './item.ts'
import { ItemFrame } from './item-frame.tsx'
import styles from './item-page.module.css'
import { linesOf } from './lines.ts'
import { imageOf } from './page-picture.ts'
import { Confidence } from './status-badge.tsx'
import { useItemText } from './text.ts'

/** As the project's own threshold is unless somebody changes it. */
const UNSURE = 0.6

export function Component() {
  const t = useItemText()
  const { id = '' } = useParams()
  const asked = useQuery(documentQuery(id))
  const { data } = asked
  if (!data) return <Awaited asked={asked} lines={12} />
  const item = { ...data, kind: 'document' as const }
  return (
    <ItemFrame
      item={item}
      history={data.history}
      tabs={[
        {
          key: 'text',
          label: t('text'),
          content: () => <Text text={data.text} isOver={data.status === 'failed'} />,
        },
        ...(data.pageCount > 0
          ? [{ key: 'pages', label: t('pages'), content: () => <Pages document={data} /> }]
          : []),
        {
          key: 'original',
          label: t('original'),
          content: () =>
            isShown(data) ? (
              <img className={styles.picture} src={fileOf(item)} alt={data.fileName} />
            ) : (
              <Notice>{t('noPicture')}</Notice>
            ),
        },
      ]}
    />
  )
}

/** @param isOver whether no text will come by itself */
function Text({ text, isOver }: { text: string | null; isOver: boolean }) {
  const t = useItemText()
  if (text === null) return <Notice>{t(isOver ? 'noTextEver' : 'noText')}</Notice>
  return <div className={styles.text}>{text}</div>
}

/** One page at a time, with the words that the engine was not sure of. */
function Pages({ document }: { document: Document }) {
  const t = useItemText()
  const [query, setQuery] = useSearchParams()
  const count = document.pageCount
  const number = Math.min(count, Math.max(1, Number(query.get('page') ?? 1) || 1))
  const go = (page: number) => setQuery({ tab: 'pages', page: String(page) }, { replace: true })
  useShortcut('n', t('next'), number < count ? () => go(number + 1) : undefined, { repeats: true })
  useShortcut('p', t('previous'), number > 1 ? () => go(number - 1) : undefined, { repeats: true })
  const page = useQuery({
    queryKey: ['documents', document.id, 'pages', number, document.etag],
    queryFn: () =>
      answer(
        api.GET('/api/v1/documents/{id}/pages/{n}', { params: { path: { id: document.id, n: number } } }),
      ),
  })
  const { data } = page
  const picture = imageOf(document, number)
  return (
    <>
      <div className={styles.pager}>
        <Button shortcut="p" disabled={number <= 1} onClick={() => go(number - 1)}>
          {t('previous')}
        </Button>
        <span role="status">
          {t('page', { number, count })} · <Confidence value={data?.confidence ?? null} />
        </span>
        <Button shortcut="n" disabled={number >= count} onClick={() => go(number + 1)}>
          {t('next')}
        </Button>
      </div>
      {!data && <Awaited asked={page} lines={10} />}
      {data && (
        <div className={styles.beside}>
          {picture && <img className={styles.picture} src={picture} alt={t('page', { number, count })} />}
          <div>
            <p className={styles.quiet}>{t('unsure', { value: UNSURE * 100 })}</p>
            <div className={styles.text}>
              {linesOf(data.words).map((line, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines of one page never move, nor do their words.
                <div key={place}>
                  {line.map(({ text, confidence }, at) => {
                    const key = `${at} ${text}`
                    return confidence < UNSURE ? (
                      <mark key={key} title={t('percent', { value: Math.round(confidence * 100) })}>
                        {text}{' '}
                      </mark>
                    ) : (
                      <span key={key}>{text} </span>
                    )
                  })}
                </div>
              ))}
            </div>
          </div>
        </div>
      )}
    </>
  )
}
