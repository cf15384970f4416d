import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/field.tsx'
import { useShortcut } from '../ui/shortcuts.tsx'
import { type BulkAction, BulkDialog, type BulkTarget } from './bulk-dialog.tsx'
import type { Listing } from './filter.ts'
import styles from './project.module.css'
import { useProjectText } from './text.ts'
import type { Selection } from './use-selection.ts'

interface BulkBarProps {
  projectId: string
  listing: Listing
  selection: Selection
  onDone: () => void
}

/** What can be done with all that is selected; nothing while nothing is, and what was ticked here is forgotten with it. */
export function BulkBar(props: BulkBarProps) {
  return props.selection.ids.size === 0 ? null : <Bar {...props} />
}

function Bar({ projectId, listing, selection, onDone }: BulkBarProps) {
  const t = useProjectText()
  const [action, setAction] = useState<BulkAction>()
  const [isEverything, setEverything] = useState(false)
  const actions: readonly (readonly [BulkAction, string])[] = listing.trashed
    ? [['restore', 's']]
    : [
        ['tag', 't'],
        ['untag', 'y'],
        ['reprocess', 'r'],
        ['delete', 'Delete'],
      ]
  const open = (wanted: BulkAction) => () => setAction(wanted)
  useShortcut('t', t('tag'), listing.trashed ? undefined : open('tag'))
  useShortcut('y', t('untag'), listing.trashed ? undefined : open('untag'))
  useShortcut('r', t('reprocess'), listing.trashed ? undefined : open('reprocess'))
  useShortcut('Delete', t('delete'), listing.trashed ? undefined : open('delete'))
  useShortcut('s', t('restore'), listing.trashed ? open('restore') : undefined)
  useShortcut('Escape', t('clearSelection'), selection.clear)
  const target: BulkTarget = isEverything ? { filter: listing.filter } : { ids: [...selection.ids] }
  return (
    <div className={styles.bulk} role="toolbar" aria-label={t('selection')}>
      <strong role="status">
        {isEverything ? t('everything') : t('selected', { count: selection.ids.size })}
      </strong>
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
          onDone={onDone}
        />
      )}
    </div>
  )
}
