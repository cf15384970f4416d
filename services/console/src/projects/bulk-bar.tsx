import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/field.tsx'
import { useShortcut } from '../ui/shortcuts.tsx'
import { type BulkAction, BulkDialog, type BulkTarget } from './bulk-dialog.tsx'
import type { Filter, Listing } from './filter.ts'
import styles from './project.module.css'
import { useProjectText } from './text.ts'
import type { Selection } from './use-selection.ts'

/** What can be done with all that is selected. */
export function BulkBar({
  projectId,
  listing,
  selection,
  onDone,
}: {
  projectId: string
  listing: Listing
  selection: Selection
  onDone: () => void
}) {
  const t = useProjectText()
  const [action, setAction] = useState<BulkAction>()
  const [isEverything, setEverything] = useState(false)
  const count = selection.ids.size
  const actions: readonly (readonly [BulkAction, string])[] = listing.trashed
    ? [['restore', 's']]
    : [
        ['tag', 't'],
        ['untag', 'y'],
        ['reprocess', 'r'],
        ['delete', 'Delete'],
      ]
  const open = (wanted: BulkAction) => (count > 0 ? () => setAction(wanted) : undefined)
  useShortcut('t', t('tag'), listing.trashed ? undefined : open('tag'))
  useShortcut('y', t('untag'), listing.trashed ? undefined : open('untag'))
  useShortcut('r', t('reprocess'), listing.trashed ? undefined : open('reprocess'))
  useShortcut('Delete', t('delete'), listing.trashed ? undefined : open('delete'))
  useShortcut('s', t('restore'), listing.trashed ? open('restore') : undefined)
  useShortcut('Escape', t('clearSelection'), count > 0 ? selection.clear : undefined)
  if (count === 0) return null
  const target: BulkTarget = isEverything ? { filter: jsonOf(listing.filter) } : { ids: [...selection.ids] }
  return (
    <div className={styles.bulk} role="toolbar" aria-label={t('selection')}>
      <strong role="status">{t('selected', { count })}</strong>
      <Checkbox
        label={t('everything')}
        checked={isEverything}
        onChange={(e) => setEverything(e.target.checked)}
      />
      {actions.map(([each, key]) => (
        <Button
          key={each}
          kind={each === 'delete' ? 'danger' : 'plain'}
          shortcut={key === 'Delete' ? 'Del' : key}
          onClick={() => setAction(each)}
        >
          {t(each)}
        </Button>
      ))}
      <Button kind="quiet" shortcut="Esc" onClick={selection.clear}>
        {t('clearSelection')}
      </Button>
      {action && (
        <BulkDialog
          projectId={projectId}
          action={action}
          target={target}
          onClose={() => setAction(undefined)}
          onDone={() => {
            setAction(undefined)
            setEverything(false)
            onDone()
          }}
        />
      )}
    </div>
  )
}

/** Dates of addresses may leave out what the API wants. */
const jsonOf = ({ from, to, ...filter }: Filter): Filter => ({
  ...filter,
  ...(from ? { from: new Date(from).toISOString() } : {}),
  ...(to ? { to: new Date(to).toISOString() } : {}),
})
