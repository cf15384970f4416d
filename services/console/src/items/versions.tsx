import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import { useSearchParams } from 'react-router'
import { send } from '../api/send.ts'
import { PersonName } from '../people/person-name.tsx'
import { Button } from '../ui/button.tsx'
import { SelectField } from '../ui/field.tsx'
import { Awaited, ProblemNotice } from '../ui/notice.tsx'
import { Section } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { accepted } from '../uploads/file-kind.ts'
import { differenceOf } from './difference.ts'
import { type Item, itemApi } from './item.ts'
import styles from './item-page.module.css'
import { sizeOf } from './size.ts'
import { StatusBadge } from './status-badge.tsx'
import { useItemText } from './text.ts'

const resourceOf = (kind: Item['kind']) => (kind === 'voice' ? 'voice-samples' : 'documents')

/** Each comes with its whole text, to be compared. */
const MOST_SHOWN = 20

/** Files that it had, newest first, and two of their texts beside each other. */
export function Versions({ item, mayChange }: { item: Item; mayChange: boolean }) {
  const t = useItemText()
  const { kind, id } = item
  const asked = useQuery({
    queryKey: [resourceOf(kind), id, 'versions', item.etag],
    queryFn: async () => {
      const all = await itemApi.versions(kind, id)
      const newest = all.slice(0, MOST_SHOWN)
      return {
        shown: await Promise.all(newest.map(({ number }) => itemApi.version(kind, id, number))),
        older: all.length - newest.length,
      }
    },
  })
  if (!asked.data) return <Awaited asked={asked} />
  const { shown, older } = asked.data
  return (
    <>
      <Section title={t('versions')} actions={mayChange && <NewVersion item={item} />}>
        <ul className={styles.versions}>
          {shown.map((version) => (
            <li key={version.number}>
              <strong>{t('version', { number: version.number })}</strong>
              <StatusBadge status={version.status} />
              <span>{version.fileName}</span>
              <span className={styles.quiet}>
                {sizeOf(version.size)} · <PersonName id={version.uploadedBy} /> ·{' '}
                <Time at={version.createdAt} />
              </span>
              <a
                href={`/api/v1/${resourceOf(kind)}/${id}/file?version=${version.number}`}
                download={version.fileName}
              >
                {t('download')}
              </a>
            </li>
          ))}
        </ul>
        {older > 0 && <p className={styles.quiet}>{t('older', { count: older })}</p>}
      </Section>
      <Comparison versions={shown} />
    </>
  )
}

function NewVersion({ item }: { item: Item }) {
  const t = useItemText()
  const client = useQueryClient()
  const input = useRef<HTMLInputElement>(null)
  const upload = useMutation({
    mutationFn: (file: File) => {
      const body = new FormData()
      body.set('file', file)
      const address = `/api/v1/${resourceOf(item.kind)}/${item.id}/versions`
      return send(new Request(address, { method: 'POST', body, headers: { 'if-match': item.etag } }))
    },
    onSuccess: () => client.invalidateQueries({ queryKey: [resourceOf(item.kind), item.id] }),
  })
  return (
    <>
      <Button disabled={upload.isPending} onClick={() => input.current?.click()}>
        {t(upload.isPending ? 'sending' : 'newVersion')}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept={accepted}
        aria-label={t('newVersion')}
        onChange={({ target }) => {
          const file = target.files?.[0]
          if (file) upload.mutate(file)
          target.value = ''
        }}
      />
      {upload.error && <ProblemNotice error={upload.error} />}
    </>
  )
}

type Version = Awaited<ReturnType<typeof itemApi.version>>

function Comparison({ versions }: { versions: readonly Version[] }) {
  const t = useItemText()
  const [query, setQuery] = useSearchParams()
  // Oldest first: from what the machine read to what people made of it.
  const texts = versions
    .toReversed()
    .flatMap(({ number, text, machineText }) => [
      ...(machineText === null
        ? []
        : [{ value: `${number}m`, label: t('machineVersion', { number }), text: machineText }]),
      ...(text === null ? [] : [{ value: String(number), label: t('version', { number }), text }]),
    ])
  const before = texts.find(({ value }) => value === query.get('before')) ?? texts.at(-2)
  const after = texts.find(({ value }) => value === query.get('after')) ?? texts.at(-1)
  const choose = (side: 'before' | 'after', value: string) =>
    setQuery(
      (given) => {
        given.set(side, value)
        return given
      },
      { replace: true },
    )
  // Millions of comparisons, perhaps: not with each picture.
  const [from, to] = [before?.text, after?.text]
  const pieces = useMemo(
    () => (from === undefined || to === undefined ? [] : differenceOf(from, to)),
    [from, to],
  )
  if (!before || !after)
    return (
      <Section title={t('compare')}>
        <p className={styles.quiet}>{t('nothingToCompare')}</p>
      </Section>
    )
  return (
    <Section title={t('compare')}>
      <div className={styles.sides}>
        <SelectField
          label={t('before')}
          options={texts}
          value={before.value}
          onChange={({ target }) => choose('before', target.value)}
        />
        <SelectField
          label={t('after')}
          options={texts}
          value={after.value}
          onChange={({ target }) => choose('after', target.value)}
        />
      </div>
      {pieces.every(({ kind }) => kind === 'same') && <p role="status">{t('noDifference')}</p>}
      <div className={styles.text}>
        {pieces.map(({ kind, text }, place) => {
          // Pieces are made anew as a whole.
          const key = `${place}${kind}`
          if (kind === 'same') return <span key={key}>{text}</span>
          const Mark = kind === 'added' ? 'ins' : 'del'
          return (
            <Mark key={key}>
              <span className="visually-hidden">{t(kind)} </span>
              {text}
            </Mark>
          )
        })}
      </div>
    </Section>
  )
}
