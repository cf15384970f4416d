import { LayoutGrid, List, X } from 'lucide-react'
import { useRef } from 'react'
import { type ItemStatus, statuses } from '../items/item.ts'
import { useItemText } from '../items/text.ts'
import { currentLanguage } from '../text/text.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { useShortcut } from '../ui/shortcuts.tsx'
import { useTyped } from '../ui/use-typed.ts'
import { type Filter, isNarrowed, type Listing, sorts } from './filter.ts'
import styles from './filter-bar.module.css'
import { useProjectText } from './text.ts'

/** What the list is narrowed down to, as chips; each change is an address. */
export function FilterBar({ listing, onChange }: { listing: Listing; onChange: (listing: Listing) => void }) {
  const t = useProjectText()
  const item = useItemText()
  const { filter, sort, layout } = listing
  const narrow = (fields: Filter) => onChange({ ...listing, filter: fields })
  const without = (...keys: (keyof Filter)[]): Filter =>
    Object.fromEntries(Object.entries(filter).filter(([key]) => !keys.some((each) => each === key)))
  const toggle = (status: ItemStatus) => {
    const chosen = filter.status ?? []
    const next = chosen.includes(status) ? chosen.filter((each) => each !== status) : [...chosen, status]
    narrow(next.length > 0 ? { ...filter, status: next } : without('status', 'failureCause', 'failureCode'))
  }
  const show = (next: Listing['layout']) => onChange({ ...listing, layout: next })
  useShortcut('v', layout === 'list' ? t('grid') : t('list'), () => show(layout === 'list' ? 'grid' : 'list'))
  return (
    <div className={styles.bar} role="search">
      <Search value={filter.q ?? ''} onChange={(q) => narrow(q ? { ...filter, q } : without('q'))} />
      <select
        aria-label={t('kind')}
        value={filter.kind ?? ''}
        onChange={({ target: { value } }) =>
          narrow(value === 'document' || value === 'voice' ? { ...filter, kind: value } : without('kind'))
        }
      >
        <option value="">{t('both')}</option>
        <option value="document">{t('documents')}</option>
        <option value="voice">{t('recordings')}</option>
      </select>
      <select
        aria-label={t('sort')}
        value={sort}
        onChange={({ target: { value } }) =>
          onChange({ ...listing, sort: sorts.find((each) => each === value) ?? '-createdAt' })
        }
      >
        {sorts.map((each) => (
          <option key={each} value={each}>
            {t(`sort.${each}`)}
          </option>
        ))}
      </select>
      <span className={styles.layouts}>
        <IconButton label={t('list')} aria-pressed={layout === 'list'} onClick={() => show('list')}>
          <List size={16} aria-hidden="true" />
        </IconButton>
        <IconButton label={t('grid')} aria-pressed={layout === 'grid'} onClick={() => show('grid')}>
          <LayoutGrid size={16} aria-hidden="true" />
        </IconButton>
      </span>
      <fieldset className={styles.chips}>
        <legend className="visually-hidden">{t('status')}</legend>
        {statuses.map((status) => (
          <button
            key={status}
            type="button"
            className={styles.chip}
            aria-pressed={filter.status?.includes(status) ?? false}
            onClick={() => toggle(status)}
          >
            {item(status)}
          </button>
        ))}
        <Others filter={filter} without={without} narrow={narrow} />
        {isNarrowed(listing) && (
          <Button kind="quiet" onClick={() => narrow({})}>
            {t('clearFilters')}
          </Button>
        )}
      </fieldset>
    </div>
  )
}

/** Filters that come from somewhere else, such as a tag that was clicked; here they can be taken away. */
function Others({
  filter,
  without,
  narrow,
}: {
  filter: Filter
  without: (...keys: (keyof Filter)[]) => Filter
  narrow: (filter: Filter) => void
}) {
  const t = useProjectText()
  const day = (at: string) =>
    new Intl.DateTimeFormat(currentLanguage(), { dateStyle: 'medium' }).format(new Date(at))
  const { tag, failureCode, failureCause, uploadedBy, from, to } = filter
  const shown: [keyof Filter, string][] = [
    ...(tag ? [['tag', t('tagIs', { tag })] as [keyof Filter, string]] : []),
    ...(failureCode ? [['failureCode', t('codeIs', { code: failureCode })] as [keyof Filter, string]] : []),
    ...(failureCause
      ? [
          ['failureCause', t(failureCause === 'temporary' ? 'causeTemporary' : 'causePermanent')] as [
            keyof Filter,
            string,
          ],
        ]
      : []),
    ...(uploadedBy ? [['uploadedBy', t('uploadedByIs')] as [keyof Filter, string]] : []),
    ...(from ? [['from', t('fromIs', { at: day(from) })] as [keyof Filter, string]] : []),
    ...(to ? [['to', t('toIs', { at: day(to) })] as [keyof Filter, string]] : []),
  ]
  return shown.map(([key, name]) => (
    <button
      key={key}
      type="button"
      className={styles.chip}
      aria-pressed="true"
      aria-label={t('removeFilter', { name })}
      onClick={() => narrow(without(key))}
    >
      {name} <X size={12} aria-hidden="true" />
    </button>
  ))
}

/** Asks when somebody pauses, not with every letter. */
function Search({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useProjectText()
  const [typed, setTyped] = useTyped(value, onChange)
  const input = useRef<HTMLInputElement>(null)
  useShortcut('/', t('search'), () => input.current?.focus())
  return (
    <input
      ref={input}
      type="search"
      className={styles.search}
      aria-label={t('search')}
      placeholder={t('search')}
      value={typed}
      maxLength={200}
      onChange={({ target }) => setTyped(target.value)}
    />
  )
}
