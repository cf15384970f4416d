import { AudioLines, FileText } from 'lucide-react'
import { useNavigate } from 'react-router'
import { addressOf, type Item } from '../items/item.ts'
import { sizeOf } from '../items/size.ts'
import { Confidence, StatusBadge } from '../items/status-badge.tsx'
import { useItemText } from '../items/text.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Time } from '../ui/time.tsx'
import styles from './item-views.module.css'
import { useProjectText } from './text.ts'
import type { Selection } from './use-selection.ts'

export interface ItemViewProps {
  readonly items: readonly Item[]
  readonly total: number | null
  readonly selection: Selection
  readonly onEnd: (() => void) | undefined
  readonly onTag: (tag: string) => void
}

export function ItemTable({ items, total, selection, onEnd, onTag }: ItemViewProps) {
  const t = useProjectText()
  const item = useItemText()
  const navigate = useNavigate()
  const columns: Column<Item>[] = [
    {
      key: 'select',
      title: t('selection'),
      isTitleHidden: true,
      width: '20px',
      cell: (row) => <ItemCheck item={row} selection={selection} />,
    },
    {
      key: 'title',
      title: t('title'),
      width: 'minmax(140px, 3fr)',
      cell: ({ kind, title }) => (
        <span className={styles.title} title={title}>
          {kind === 'voice' ? (
            <AudioLines size={15} aria-label={item('voice')} />
          ) : (
            <FileText size={15} aria-label={item('document')} />
          )}
          {title}
        </span>
      ),
    },
    {
      key: 'status',
      title: t('status'),
      width: '110px',
      cell: ({ status }) => <StatusBadge status={status} />,
    },
    {
      key: 'confidence',
      title: t('confidence'),
      width: '86px',
      isNumber: true,
      cell: ({ confidence }) => <Confidence value={confidence} />,
    },
    {
      key: 'tags',
      title: t('tags'),
      width: 'minmax(0, 1.4fr)',
      cell: ({ tags }) =>
        tags.map((tag) => (
          <button
            key={tag}
            type="button"
            className={styles.tag}
            onClick={(event) => {
              event.stopPropagation()
              onTag(tag)
            }}
          >
            {tag}
          </button>
        )),
    },
    { key: 'size', title: t('size'), width: '76px', isNumber: true, cell: ({ size }) => sizeOf(size) },
    {
      key: 'uploaded',
      title: t('uploaded'),
      width: '120px',
      cell: ({ createdAt }) => <Time at={createdAt} />,
    },
  ]
  return (
    <DataTable
      label={t('items')}
      columns={columns}
      rows={items}
      rowKey={({ id }) => id}
      total={total ?? undefined}
      onOpen={(row) => navigate(addressOf(row))}
      onEnd={onEnd}
    />
  )
}

/** With Shift, everything since the last one. */
export function ItemCheck({ item, selection }: { item: Item; selection: Selection }) {
  const t = useProjectText()
  return (
    <input
      type="checkbox"
      className={styles.check}
      aria-label={t('select', { title: item.title })}
      checked={selection.ids.has(item.id)}
      readOnly
      onClick={(event) => {
        event.stopPropagation()
        selection.toggle(item.id, event.shiftKey)
      }}
    />
  )
}
