import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useGeneralText } from '../text/general.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
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
  const general = useGeneralText()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [dialog, setDialog] = useState<'edit' | 'purge'>()
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
    toast(t('deleted', { title }), { label: t('undo'), run: () => act.mutate(restore) })
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
  useShortcut('e', t('edit'), isPossible ? () => setDialog('edit') : undefined)
  useShortcut('r', t('reprocess'), isPossible ? () => act.mutate(reprocess) : undefined)
  useShortcut('Delete', t('delete'), isPossible ? () => act.mutate(remove) : undefined)
  return (
    <>
      <a className={styles.download} href={fileOf(item)} download={item.fileName}>
        {t('download')}
      </a>
      {mayChange && !isTrashed && (
        <>
          <Button shortcut="e" onClick={() => setDialog('edit')}>
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
        <Button kind="primary" onClick={() => act.mutate(restore)}>
          {t('restore')}
        </Button>
      )}
      {isTrashed && isOwner && (
        <Button kind="danger" onClick={() => setDialog('purge')}>
          {t('purge')}
        </Button>
      )}
      {act.error && <ProblemNotice error={act.error} />}
      {dialog === 'edit' && <EditItemDialog item={item} onClose={() => setDialog(undefined)} />}
      {dialog === 'purge' && (
        <Dialog title={t('purgeTitle', { title })} onClose={() => setDialog(undefined)}>
          <p>{t('purgeWhy')}</p>
          <DialogActions>
            <Button onClick={() => setDialog(undefined)}>{general('cancel')}</Button>
            <Button
              kind="danger"
              onClick={() =>
                act.mutate(async () => {
                  await itemApi.purge(kind, id)
                  navigate(`/projects/${item.projectId}?trashed=true`)
                  await refresh()
                })
              }
            >
              {t('purge')}
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  )
}
