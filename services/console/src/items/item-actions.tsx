import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { Button } from '../ui/button.tsx'
import { ConfirmButton } from '../ui/confirm.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { useShortcut } from '../ui/shortcuts.tsx'
import { toast } from '../ui/toasts.tsx'
import { EditItemDialog } from './edit-item-dialog.tsx'
import { fileOf, type Item, itemApi } from './item.ts'
import styles from './item-page.module.css'
import { useItemText } from './text.ts'

/** What can be done with one item; deleting is taken back from the toast or the trash. */
export function ItemActions({
  item,
  mayChange,
  isOwner,
}: {
  item: Item
  mayChange: boolean
  isOwner: boolean
}) {
  const t = useItemText()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [isEditing, setEditing] = useState(false)
  const { kind, id, title } = item
  const refresh = async () => {
    await client.invalidateQueries({ queryKey: [kind === 'voice' ? 'voice-samples' : 'documents'] })
    await client.invalidateQueries({ queryKey: ['items', item.projectId] })
  }
  const restore = async () => {
    await itemApi.restore(kind, id)
    toast(t('restored', { title }))
    await refresh()
  }
  const act = useMutation({ mutationFn: (run: () => Promise<void>) => run() })
  const remove = async () => {
    await itemApi.remove(kind, id)
    toast(t('deleted', { title }), { label: t('undo'), run: restore })
    navigate(`/projects/${item.projectId}`)
    await refresh()
  }
  const reprocess = async () => {
    await itemApi.reprocess(kind, id)
    toast(t('reprocessed'))
    await refresh()
  }
  const isTrashed = item.deletedAt !== null
  const isPossible = mayChange && !isTrashed && !act.isPending
  useShortcut('e', t('edit'), isPossible ? () => setEditing(true) : undefined)
  useShortcut('r', t('reprocess'), isPossible ? () => act.mutate(reprocess) : undefined)
  useShortcut('Delete', t('delete'), isPossible ? () => act.mutate(remove) : undefined)
  return (
    <>
      <a className={styles.download} href={fileOf(item)} download={item.fileName}>
        {t('download')}
      </a>
      {mayChange && !isTrashed && (
        <>
          <Button shortcut="e" onClick={() => setEditing(true)}>
            {t('edit')}
          </Button>
          <Button shortcut="r" disabled={act.isPending} onClick={() => act.mutate(reprocess)}>
            {t('reprocess')}
          </Button>
          <Button kind="danger" disabled={act.isPending} onClick={() => act.mutate(remove)}>
            {t('delete')}
          </Button>
        </>
      )}
      {isTrashed && mayChange && (
        <Button kind="primary" disabled={act.isPending} onClick={() => act.mutate(restore)}>
          {t('restore')}
        </Button>
      )}
      {isTrashed && isOwner && (
        <ConfirmButton
          label={t('purge')}
          title={t('purgeTitle', { title })}
          act={async () => {
            await itemApi.purge(kind, id)
            navigate(`/projects/${item.projectId}?trashed=true`)
            await refresh()
          }}
        >
          {t('purgeWhy')}
        </ConfirmButton>
      )}
      {act.error && <ProblemNotice error={act.error} />}
      {isEditing && <EditItemDialog item={item} onClose={() => setEditing(false)} />}
    </>
  )
}
